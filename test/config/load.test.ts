import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_FILE, loadConfig } from '../../src/config/load.ts';
import { ConfigurationError } from '../../src/config/problem.ts';
import { DECLARATIONS } from '../../src/config/schema.ts';
import { load, problemsOf } from './load-fixture.ts';

const flag = (key: string, value: string, origin = '--set') => ({ key, value, origin });

describe('precedence', () => {
  const layers = {
    yaml: 'push: { compression: gzip, endpoint: "http://yaml/x" }\ncollection: { intervalMs: 20000 }',
    standard: {
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://standard/x',
      OTEL_METRIC_EXPORT_INTERVAL: '30000',
    },
    own: { PLIMSOLL_PUSH_ENDPOINT: 'http://own/x', PLIMSOLL_COLLECTION_INTERVAL_MS: '40000' },
    flags: [flag('push.endpoint', 'http://flag/x'), flag('collection.intervalMs', '50000')],
  };

  it.each([
    ['defaults', {}, '', 10_000],
    ['the file over defaults', { yaml: layers.yaml }, 'http://yaml/x', 20_000],
    ['standard variables over the file', { yaml: layers.yaml, env: layers.standard }, 'http://standard/x', 30_000],
    [
      'PLIMSOLL_ variables over standard ones',
      { yaml: layers.yaml, env: { ...layers.standard, ...layers.own } },
      'http://own/x',
      40_000,
    ],
    [
      'flags over everything',
      { yaml: layers.yaml, env: { ...layers.standard, ...layers.own }, flags: layers.flags },
      'http://flag/x',
      50_000,
    ],
  ])('%s', (_name, given, endpoint, intervalMs) => {
    const { config } = load(given);
    expect(config.push.endpoint).toBe(endpoint);
    expect(config.collection.intervalMs).toBe(intervalMs);
  });

  it('lets an empty PLIMSOLL_ variable count as unset', () => {
    const env = { PLIMSOLL_RESOURCE_SERVICE_NAME: '', OTEL_SERVICE_NAME: 'named' };
    expect(load({ env }).config.resource.serviceName).toBe('named');
  });

  it('lets an empty flag set the empty value', () => {
    const env = { PLIMSOLL_PUSH_ENDPOINT: 'http://own/x' };
    expect(load({ env, flags: [flag('push.endpoint', '', '--endpoint')] }).config.push.endpoint).toBe('');
  });

  it('merges maps entry by entry, headers without regard to case', () => {
    const { config, origins } = load({
      yaml: 'push: { headers: { Authorization: old, x-file: "1", x-both: file } }',
      env: { OTEL_EXPORTER_OTLP_HEADERS: 'x-both=standard,x-otel=2', PLIMSOLL_PUSH_HEADERS: 'authorization=new' },
      flags: [flag('push.headers', 'x-flag=3')],
    });
    expect(config.push.headers).toEqual({
      'x-file': '1',
      'x-both': 'standard',
      'x-otel': '2',
      authorization: 'new',
      'x-flag': '3',
    });
    expect(origins.get('push.headers')).toBe(
      'plimsoll.yaml:1, OTEL_EXPORTER_OTLP_HEADERS, PLIMSOLL_PUSH_HEADERS, --set',
    );
  });

  it('replaces lists as a whole', () => {
    const { config } = load({
      yaml: 'containers:\n  include:\n    - a\n    - b',
      env: { PLIMSOLL_CONTAINERS_INCLUDE: 'c, label:x=y ,' },
    });
    expect(config.containers.include).toEqual(['c', 'label:x=y']);
  });
});

describe('values', () => {
  it('can set every key through its variable', () => {
    for (const { key, variable, property } of DECLARATIONS.values()) {
      const value = {
        'whole-number': '200000',
        flag: property.default === true ? 'false' : 'true',
        choice: property.format === 'choice' ? property.choices.at(-1) : '',
        text: 'text',
        'endpoint-url': 'http://localhost:4318/v1/metrics',
        'docker-host': 'tcp://localhost:2375',
        'socket-address': '[::1]:0',
        'absolute-path': '/host',
        'text-list': 'one,two',
        'metric-globs': 'container.cpu.time,*.disk.*',
        'text-map': 'k=v',
        'http-headers': 'k=v',
        'named-sections': '{"k": {"endpoint": "http://v"}}',
      }[property.format];
      // The time limit of a cycle cannot be longer than its interval, and a queue is never this short.
      const longInterval = [flag('collection.intervalMs', '200000')];
      if (['outbox.maxBytes', 'outbox.maxMemoryBytes'].includes(key)) continue;
      const { config } = load({ env: { [variable]: value }, flags: longInterval });
      const got = key.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], config);
      const globs = ['container.cpu.time', '*.disk.*'];
      const expected = {
        'text-list': ['one', 'two'],
        'metric-globs': globs,
        'text-map': { k: 'v' },
        'http-headers': { k: 'v' },
        'named-sections': { k: expect.objectContaining({ endpoint: 'http://v/v1/metrics' }) },
      }[property.format as string];
      expect(got, variable).toEqual(expected ?? JSON.parse(toJson(value)));
    }
  });

  it('adds the path to a PLIMSOLL endpoint that has none, and only then', () => {
    const endpointOf = (url: string) => load({ flags: [flag('push.endpoint', url)] }).config.push.endpoint;
    expect(endpointOf('http://collector:4318')).toBe('http://collector:4318/v1/metrics');
    expect(endpointOf('http://collector:4318/')).toBe('http://collector:4318/');
    expect(endpointOf('https://collector/otlp')).toBe('https://collector/otlp');
  });

  it('keeps dotted and odd keys of attributes as they are', () => {
    const yaml = 'resource: { attributes: { cloud.region: eu, __proto__: p, constructor: c } }';
    const { attributes } = load({ yaml }).config.resource;
    expect(Object.entries(attributes)).toEqual([
      ['cloud.region', 'eu'],
      ['__proto__', 'p'],
      ['constructor', 'c'],
    ]);
  });

  it('lets the default time limit of a cycle follow a shorter interval, and says so only of a chosen one', () => {
    const quiet = load({ flags: [flag('collection.intervalMs', '2000', '--interval-ms')] });
    expect(quiet.config.collection).toMatchObject({ intervalMs: 2_000, timeoutMs: 2_000 });
    expect(quiet.warnings).toEqual([]);
    const chosen = load({ yaml: 'collection:\n  intervalMs: 2000\n  timeoutMs: 3000' });
    expect(chosen.config.collection.timeoutMs).toBe(2_000);
    expect(chosen.warnings).toEqual([
      'plimsoll.yaml:3: collection.timeoutMs: 3000 is longer than the interval; 2000, the interval, is used',
    ]);
  });
});

describe('files', () => {
  it('takes the flag before the variable before the usual place', () => {
    const asked: string[] = [];
    const readFile = (path: string) => {
      asked.push(path);
      return '';
    };
    const files = [
      loadConfig({ env: { PLIMSOLL_CONFIG: 'b' }, flags: [], file: 'a', readFile }).files,
      loadConfig({ env: { PLIMSOLL_CONFIG: 'b' }, flags: [], readFile }).files,
      loadConfig({ env: {}, flags: [], readFile }).files,
    ];
    expect(files).toEqual([['a'], ['b'], [DEFAULT_FILE]]);
    expect(asked).toEqual(['a', 'b', DEFAULT_FILE]);
  });

  it('is content without the usual file, not without a named one', () => {
    expect(load().files).toEqual([]);
    expect(problemsOf({ file: 'gone.yaml' })).toEqual(['gone.yaml: the file does not exist']);
    expect(problemsOf({ env: { PLIMSOLL_CONFIG: 'gone.yaml' } })).toEqual([
      'gone.yaml: the file does not exist (named by PLIMSOLL_CONFIG)',
    ]);
  });

  it('says why a file cannot be read', () => {
    const readFile = () => {
      throw new Error('EACCES: permission denied');
    };
    expect(() => loadConfig({ env: {}, flags: [], file: 'x.yaml', readFile })).toThrow(
      'x.yaml: the file cannot be read: EACCES: permission denied',
    );
  });

  it.each(['', '\n', '# only a comment\n', '---\n', 'null', 'push:\ncollection:\n  intervalMs:\n'])(
    'takes the defaults from the empty file %j',
    (yaml) => {
      expect(load({ yaml }).config).toEqual(load().config);
    },
  );

  it('never throws anything but ConfigurationError, whatever the file holds', () => {
    const names = [...DECLARATIONS.keys()].flatMap((key) => key.split('.'));
    const piece = fc.oneof(
      fc.constantFrom(...names),
      fc.constantFrom(
        ': ',
        ':\n  ',
        '\n',
        '- ',
        '[',
        ']',
        '{',
        '}',
        '&a ',
        '*a',
        '"',
        '#',
        '|',
        '!!map ',
        '<<: ',
        '? ',
      ),
      fc.string(),
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(text, (yaml) => {
        try {
          load({ yaml });
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigurationError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

function toJson(text: string | undefined): string {
  return /^(\d+|true|false)$/.test(text ?? '') ? (text ?? '') : JSON.stringify(text);
}
