import { describe, expect, it } from 'vitest';
import { load, problemsOf } from './load-fixture.ts';

describe('problems of a file', () => {
  it('are told all at once, with lines, values, what is allowed and the nearest key', () => {
    const yaml = ['collection:', '  intervallMs: 5000', '  timeoutMs: ten', 'psuh:', '  compression: none'].join('\n');
    expect(problemsOf({ yaml })).toEqual([
      "plimsoll.yaml:2: collection.intervallMs: unknown key; allowed: intervalMs, timeoutMs, selfIntervalMs, thinning; did you mean 'collection.intervalMs'?",
      'plimsoll.yaml:3: collection.timeoutMs: is text, not a number (quotes make a text): got "ten"; allowed: a whole number from 10 to 86400000',
      "plimsoll.yaml:4: psuh: unknown key; allowed: disabled, collection, discovery, docker, host, containers, metrics, network, life, resource, push, outbox, state, status, shutdown, log; did you mean 'push'?",
    ]);
  });

  it.each([
    ['push: { relistIntervalMs: 5 }', "did you mean 'docker.relistIntervalMs'?"],
    ['push: { max_request_bytes: 5 }', "did you mean 'push.maxRequestBytes'?"],
    ['endpoint: http://x', "did you mean 'push.endpoint'?"],
    ['push.endpoint: http://x', "did you mean 'push.endpoint'?"],
  ])('suggest the full path for a key in the wrong place: %s', (yaml, suggestion) => {
    expect(problemsOf({ yaml })[0]).toContain(suggestion);
  });

  it.each([
    ['collection: { intervalMs: 10 }', 'is out of range: got 10; allowed: a whole number from 100 to 86400000'],
    ['collection: { intervalMs: 1.5 }', 'is not a whole number: got 1.5'],
    ['collection: { intervalMs: .nan }', 'is not a whole number: got NaN'],
    ['collection: { intervalMs: "10000" }', 'is text, not a number'],
    ['collection: { intervalMs: { a: 1 } }', 'is a section, where one value is wanted'],
    ['collection: { intervalMs: [1] }', 'is not a whole number: got a list of 1'],
    ['collection: 5', 'is not a section: got a single value; allowed: a section with intervalMs, timeoutMs'],
    ['collection: [5]', 'is not a section: got a list'],
    ['disabled: yes', 'is text, not true or false: got "yes"; allowed: true, false'],
    ['containers: { include: web }', 'is text, not a list (one "- item" a line): got "web"'],
    ['containers: { include: [web, 5] }', 'item 2 of the list is not text, or empty'],
    ['resource: { attributes: { n: 5 } }', 'the value of "n" is not text (numbers need quotes here)'],
    ['resource: { attributes: [n] }', 'is not a section of keys: got a list of 1'],
    ['resource: { serviceName: 5 }', 'is not text (text that looks like something else needs quotes): got 5'],
    ['host: { root: relative }', 'is not an absolute path: got "relative"; allowed: a path that begins with /'],
    ['host: { root: "" }', 'is not an absolute path'],
    ['status: { address: "4320" }', 'is not a host and a port: got "4320"; allowed: HOST:PORT'],
    ['status: { address: "a:65536" }', 'is not a host and a port'],
    ['docker: { host: "ssh://x" }', 'the scheme ssh:// is not spoken here'],
    ['docker: { host: "unix://relative" }', 'is not the address of a container engine'],
    ['push: { endpoint: "collector:4318" }', 'is not a URL that begins with http:// or https://'],
    ['push: { protocol: grpc }', 'use http/protobuf, port 4318'],
    ['push: { endpoint: "http://x:4317" }', 'use http/protobuf, port 4318'],
    ['push: { compression: gzpi }', 'got "gzpi"; allowed: gzip, none; did you mean \'gzip\'?'],
    ['push: { headers: { "a b": c } }', '"a b" is not the name of an HTTP header'],
    ['push: { headers: { a: "x\\ny" } }', 'the value of the header "a" has characters that HTTP cannot carry'],
    ['disabled: true\ndisabled: false', 'plimsoll.yaml:2: the YAML is wrong: Map keys must be unique'],
    ['just text', 'plimsoll.yaml:1: is not a set of keys'],
    ['- a\n- b', 'plimsoll.yaml:1: is not a set of keys'],
    ['? [a]\n: b', 'plimsoll.yaml:1: a key is not text'],
    ['push: *nowhere', 'is an alias without an anchor'],
    ['push: {}\n---\npush: {}', 'the YAML is wrong'],
    ['push:\n\tendpoint: x', 'plimsoll.yaml:2: the YAML is wrong: Tabs are not allowed as indentation'],
  ])('say of %j what is wrong', (yaml, problem) => {
    expect(problemsOf({ yaml }).join('\n')).toContain(problem);
  });

  it('come with those of the YAML itself', () => {
    const problems = problemsOf({ yaml: 'colection: {}\npush: "unclosed\n' });
    expect(problems.join('\n')).toMatch(/:1: colection: unknown key[\s\S]*the YAML is wrong: Missing closing/);
  });
});

describe('problems of variables and flags', () => {
  it('carry the name of the variable or the flag', () => {
    const problems = problemsOf({
      env: {
        PLIMSOLL_COLLECTION_INTERVAL_MS: '10s',
        PLIMSOLL_PUSH_PROTOCOL: 'grpc',
        PLIMSOLL_RESOURCE_ATTRIBUTES: 'x',
      },
      flags: [
        { key: 'log.level', value: 'inof', origin: '--log-level' },
        { key: 'log.levle', value: 'info', origin: '--set' },
      ],
    });
    expect(problems).toEqual([
      'PLIMSOLL_COLLECTION_INTERVAL_MS: collection.intervalMs: is not a whole number: got "10s"; allowed: a whole number from 100 to 86400000',
      'PLIMSOLL_RESOURCE_ATTRIBUTES: resource.attributes: is not KEY=VALUE,KEY=VALUE: entry 1 has no "=": got "x"; allowed: keys with a text each',
      'PLIMSOLL_PUSH_PROTOCOL: push.protocol: gRPC is not spoken here: use http/protobuf, port 4318: got "grpc"; allowed: http/protobuf, http/json',
      '--log-level: log.level: is not one of the choices: got "inof"; allowed: trace, debug, info, warn, error, silent; did you mean \'info\'?',
      "--set: log.levle: unknown key; allowed: level, format; did you mean 'log.level'?",
    ]);
  });

  it('of unknown PLIMSOLL_ variables are warnings, and none of those that Kubernetes sets', () => {
    const env = {
      PLIMSOLL_INTERVAL_MS: '5',
      PLIMSOLL_PUSH_ENDPONT: 'x',
      PLIMSOLL_SERVICE_HOST: '10.0.0.1',
      PLIMSOLL_PORT: 'tcp://10.0.0.1:4320',
      PLIMSOLL_PORT_4320_TCP_ADDR: '10.0.0.1',
      PLIMSOLL_SERVICE_PORT_HTTP: '4320',
    };
    expect(load({ env }).warnings).toEqual([
      "PLIMSOLL_INTERVAL_MS: unknown variable, ignored; did you mean 'PLIMSOLL_COLLECTION_INTERVAL_MS'?",
      "PLIMSOLL_PUSH_ENDPONT: unknown variable, ignored; did you mean 'PLIMSOLL_PUSH_ENDPOINT'?",
    ]);
  });
});

describe('secrets', () => {
  it.each([
    ['push: { headers: { authorization: [hunter2] } }'],
    ['push: { headers: hunter2 }'],
    ['push: { headers: [hunter2] }'],
    ['push: { headres: { authorization: hunter2 } }'],
    ['push: authorization=hunter2'],
    ['push: { endpoint: "user:hunter2@host:4318" }'],
    ['push: { endpoint: "ftp://user:hunter2@host" }'],
    ['push: { endpoint: "http://user:hunt@hunter2@host:4317" }'],
    ['push: { endpoint: "http://host:4317/?key=hunter2" }'],
    ['push: { certificateFile: [x], compression: "http://u:hunter2@h" }'],
    ['push:\n  headers:\n    a: "x"hunter2\n'],
    ['push:\n  headers:\n    a: *hunter2\n'],
    ['push:\n  headers:\n    a: "\\xhunter2"\n'],
    ['push:\n  headers:\n    a: !hunter2 [x]\n'],
    ['push:\n  headers:\n    a: @hunter2\n'],
    ['push:\n  headers:\n    a: {hunter2\n  b: ]hunter2\n'],
    ['push:\n  headers:\n    a: x\n   b: hunter2\n  - hunter2\n'],
  ])('of a file are not in its problems: %j', (yaml) => {
    expect(problemsOf({ yaml }).join('\n')).not.toContain('hunter2');
  });

  it('of variables are not in problems or warnings', () => {
    const env = {
      PLIMSOLL_PUSH_HEADERS: 'hunter2',
      PLIMSOLL_TOKEN: 'hunter2',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:hunter2@host:4317',
      DOCKER_HOST: 'ssh://user:hunter2@host',
    };
    expect(problemsOf({ env }).join('\n')).not.toContain('hunter2');
    const warned = { PLIMSOLL_TOKEN: 'hunter2', OTEL_EXPORTER_OTLP_HEADERS: 'hunter2' };
    expect(load({ env: warned }).warnings).toHaveLength(2);
    expect(load({ env: warned }).warnings.join('\n')).not.toContain('hunter2');
  });
});

describe('hostile files', () => {
  it('cannot explode through aliases', () => {
    const levels = Array.from({ length: 30 }, (_, level) => `l${level + 1}: &l${level + 1} [*l${level}, *l${level}]`);
    const yaml = `l0: &l0 [x]\n${levels.join('\n')}\ncontainers: { include: *l30 }`;
    expect(problemsOf({ yaml }).join('\n')).toContain('containers.include: item 1 of the list is not text');
  });

  it('cannot loop through an alias of itself', () => {
    expect(problemsOf({ yaml: 'push: &a { headers: *a }' }).length).toBeGreaterThan(0);
  });

  it('may use anchors as YAML has them', () => {
    const yaml = 'push: { certificateFile: &pem /x.pem, clientKeyFile: *pem }';
    expect(load({ yaml }).config.push.clientKeyFile).toBe('/x.pem');
  });

  it('are refused when they nest too deep or are too long', () => {
    const count = problemsOf({ yaml: '['.repeat(100_000) }).length;
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThanOrEqual(10);
    expect(problemsOf({ yaml: '#'.repeat(300_000) })[0]).toContain('is longer than a configuration can be');
  });
});
