import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { generateJsonSchema } from '../../src/config/generate/json-schema.ts';
import { printConfig } from '../../src/config/print.ts';
import { load, problemsOf } from './load-fixture.ts';

const flag = (key: string, value: string) => ({ key, value, origin: '--set' });
const inDestinations = (...lines: readonly string[]) =>
  ['push:', '  destinations:', ...lines.map((line) => `    ${line}`)].join('\n');

describe('destinations', () => {
  it('are none at first', () => {
    expect(load().config.push.destinations).toEqual({});
    for (const yaml of [inDestinations(), inDestinations('backup:'), 'push: { destinations: {} }'])
      expect(load({ yaml }).config.push.destinations, yaml).toEqual({});
  });

  it('have the keys of push, at their defaults', () => {
    const yaml = inDestinations(
      'backup:',
      '  endpoint: https://backup:4318',
      '  headers: { x-tenant: a }',
      '  timeoutMs: 500',
    );
    expect(load({ yaml }).config.push).toMatchObject({
      endpoint: '',
      destinations: {
        backup: {
          endpoint: 'https://backup:4318/v1/metrics',
          headers: { 'x-tenant': 'a' },
          headersFile: '',
          timeoutMs: 500,
          certificateFile: '',
          clientKeyFile: '',
          clientCertificateFile: '',
        },
      },
    });
  });

  it.each([
    ['JSON', '{"backup": {"endpoint": "http://there/x", "headers": {"a": "1"}, "timeoutMs": 700}}'],
    ['YAML', 'backup: { endpoint: http://there/x, headers: { a: "1" }, timeoutMs: 700 }'],
  ])('come from a variable as %s', (_, text) => {
    const wanted = { backup: { endpoint: 'http://there/x', headers: { a: '1' }, timeoutMs: 700 } };
    const env = { PLIMSOLL_PUSH_DESTINATIONS: text };
    expect(load({ env }).config.push.destinations).toMatchObject(wanted);
    expect(load({ flags: [flag('push.destinations', text)] }).config.push.destinations).toMatchObject(wanted);
  });

  it('are merged key by key, headers one by one without regard to case, the stronger winning', () => {
    const { config, origins } = load({
      yaml: inDestinations(
        'a: { endpoint: http://file/a, timeoutMs: 500, headers: { Authorization: old, x-file: "1" } }',
        'b: { endpoint: http://file/b }',
      ),
      env: {
        PLIMSOLL_PUSH_DESTINATIONS: '{"a": {"headers": {"authorization": "new"}}, "c": {"endpoint": "http://own/c"}}',
      },
      flags: [flag('push.destinations.b.endpoint', 'http://flag/b'), flag('push.destinations.b.headers', 'x=y')],
    });
    expect(config.push.destinations).toMatchObject({
      a: { endpoint: 'http://file/a', timeoutMs: 500, headers: { authorization: 'new', 'x-file': '1' } },
      b: { endpoint: 'http://flag/b', headers: { x: 'y' } },
      c: { endpoint: 'http://own/c' },
    });
    expect(Object.keys(config.push.destinations['a']!.headers)).toHaveLength(2);
    expect(origins.get('push.destinations.b.endpoint')).toBe('--set');
    expect(origins.get('push.destinations.a.headers')).toBe('plimsoll.yaml:3, PLIMSOLL_PUSH_DESTINATIONS');
  });

  it('may be called as properties of objects are', () => {
    const yaml = inDestinations('constructor: { endpoint: http://there/x }', 'toString: { endpoint: http://there/y }');
    const { destinations } = load({ yaml }).config.push;
    expect(Object.keys(destinations)).toEqual(['constructor', 'toString']);
  });
});

describe('problems of destinations', () => {
  it('are told all at once, with lines, values, what is allowed and the nearest key', () => {
    const yaml = inDestinations(
      'a:',
      '  endpont: http://there',
      '  endpoint: there:4318',
      '  timeoutMs: 5',
      'b:',
      '  compression: none',
      '  headers: { "x y": z }',
      'c: http://there',
      'default: { endpoint: http://there }',
      'd.e: { endpoint: http://there }',
      'f: { endpoint: "http://there:4317", timeoutMs: "5" }',
      'g: { timeoutMs: 1000 }',
      '5: { endpoint: http://there }',
    );
    const keys = 'endpoint, headers, headersFile, timeoutMs, certificateFile, clientKeyFile, clientCertificateFile';
    const names = 'is not a name of letters, digits, "-" and "_" that begins with a letter';
    expect(problemsOf({ yaml })).toEqual([
      `plimsoll.yaml:4: push.destinations.a.endpont: unknown key; allowed: ${keys}; did you mean 'push.destinations.a.endpoint'?`,
      'plimsoll.yaml:5: push.destinations.a.endpoint: is not a URL that begins with http:// or https://: got "there:4318"; allowed: empty, http://HOST:PORT/PATH, https://HOST:PORT/PATH',
      'plimsoll.yaml:6: push.destinations.a.timeoutMs: is out of range: got 5; allowed: a whole number from 100 to 3600000',
      `plimsoll.yaml:8: push.destinations.b.compression: unknown key; allowed: ${keys}; did you mean 'push.compression'?`,
      'plimsoll.yaml:9: push.destinations.b.headers: "x y" is not the name of an HTTP header: got a value that is not shown; allowed: names of HTTP headers with a text each',
      'plimsoll.yaml:9: push.destinations.b.endpoint: is missing: a section has to have it',
      `plimsoll.yaml:10: push.destinations.c: is not a section: got text; allowed: a section with ${keys}`,
      'plimsoll.yaml:11: push.destinations.default: the name default is that of push.endpoint',
      `plimsoll.yaml:12: push.destinations.d.e: ${names}`,
      expect.stringMatching(/^plimsoll\.yaml:13: push\.destinations\.f\.timeoutMs: is text, not a number/),
      expect.stringMatching(/^plimsoll\.yaml:13: push\.destinations\.f\.endpoint: port 4317 is for gRPC/),
      'plimsoll.yaml:14: push.destinations.g.endpoint: is missing: a section has to have it',
      `plimsoll.yaml:15: push.destinations.5: ${names}`,
    ]);
  });

  it.each([
    [
      'push: { destinations: [a] }',
      'push.destinations: is not a set of named sections: got a list; allowed: sections with',
    ],
    ['push: { destinations: http://there }', 'push.destinations: is not a set of named sections: got text'],
    ['push: { destinations: { a: *nowhere } }', 'push.destinations.a: is an alias without an anchor'],
    ['push: { destination: { a: 1 } }', "did you mean 'push.destinations'?"],
    ['push: { destinations: { a: [http://there] } }', 'push.destinations.a: is not a section: got a list'],
  ])('say of %j what is wrong', (yaml, problem) => {
    expect(problemsOf({ yaml }).join('\n')).toContain(problem);
  });

  it('carry the name of the variable or the flag', () => {
    const env = { PLIMSOLL_PUSH_DESTINATIONS: '{"a": {"endpont": "http://there", "timeoutMs": 5}}' };
    const starts = problemsOf({ env }).map((problem) => problem.split(': ').slice(0, 3).join(': '));
    expect(starts).toEqual([
      'PLIMSOLL_PUSH_DESTINATIONS: push.destinations.a.endpont: unknown key; allowed',
      'PLIMSOLL_PUSH_DESTINATIONS: push.destinations.a.timeoutMs: is out of range',
      'PLIMSOLL_PUSH_DESTINATIONS: push.destinations.a.endpoint: is missing',
    ]);
    const flags = [
      flag('push.destinations.a.endpont', 'x'),
      flag('push.destinations.default.endpoint', 'http://there'),
      flag('push.destinations.b', 'http://there'),
    ];
    expect(problemsOf({ flags })).toEqual([
      expect.stringContaining('--set: push.destinations.a.endpont: unknown key'),
      '--set: push.destinations.default.endpoint: the name default is that of push.endpoint',
      expect.stringContaining(
        '--set: push.destinations.b: is a section, not a key; allowed: push.destinations.b.endpoint',
      ),
    ]);
  });

  it('are more than there may be', () => {
    const sections = Array.from({ length: 17 }, (_, n) => `n${n}: { endpoint: http://there/x }`);
    expect(problemsOf({ yaml: inDestinations(...sections) })).toEqual([
      'plimsoll.yaml:19: push.destinations: there are 17 sections; allowed: 16',
    ]);
    expect(Object.keys(load({ yaml: inDestinations(...sections.slice(1)) }).config.push.destinations)).toHaveLength(16);
  });

  it.each([
    ['{"a": {"headers": {"authorization": ["hunter2"]}}}'],
    ['{"a": {"headers": "hunter2"}}'],
    ['{"a": {"haeders": {"authorization": "hunter2"}}}'],
    ['{"a": {"endpoint": "ftp://user:hunter2@host"}}'],
    ['{"a": "hunter2"}'],
    ['hunter2'],
    ['{"a": {"headers": {"authorization": "hunter2}}'],
    ['{"a": {"headers": {"authorization": "\\xhunter2"}}}'],
  ])('have no secrets in them: %s', (text) => {
    expect(problemsOf({ env: { PLIMSOLL_PUSH_DESTINATIONS: text } }).join('\n')).not.toContain('hunter2');
    expect(problemsOf({ yaml: `push: { destinations: ${text} }` }).join('\n')).not.toContain('hunter2');
  });
});

describe('what is made of destinations', () => {
  const yaml = inDestinations('b: { endpoint: "https://user:hunter2@there/x", headers: { authorization: hunter2 } }');

  it('is printed with who set what, and without secrets', () => {
    const text = printConfig(load({ yaml, env: { PLIMSOLL_PUSH_DESTINATIONS: '{"b": {"timeoutMs": 700}}' } }));
    expect(text).not.toContain('hunter2');
    expect(text).toContain('endpoint: https://***@there/x # plimsoll.yaml:3\n');
    expect(text).toContain('timeoutMs: 700 # PLIMSOLL_PUSH_DESTINATIONS\n');
    expect(parse(text).push.destinations.b.headers).toEqual({ authorization: '***' });
  });

  it('is what the schema for editors lets pass, and nothing else', () => {
    const { destinations } = JSON.parse(generateJsonSchema()).properties.push.properties;
    expect(destinations.additionalProperties.additionalProperties).toBe(false);
    expect(Object.keys(destinations.additionalProperties.properties)).toEqual(
      Object.keys(load({ yaml }).config.push.destinations['b']!),
    );
    expect(destinations.propertyNames.not).toEqual({ const: 'default' });
  });
});
