import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { printConfig } from '../../src/config/print.ts';
import { load } from './load-fixture.ts';

it('prints every key, and YAML that means the same again', () => {
  const loaded = load({ yaml: 'containers: { include: ["a*", "label:x=y"] }', env: { OTEL_LOG_LEVEL: 'debug' } });
  expect(parse(printConfig(loaded))).toEqual(loaded.config);
  expect(load({ yaml: printConfig(loaded) }).config).toEqual(loaded.config);
});

it('says who set a key that is not at its default', () => {
  const text = printConfig(load({ yaml: 'status:\n  enabled: false', env: { OTEL_LOG_LEVEL: 'debug' } }));
  expect(text).toContain('enabled: false # plimsoll.yaml:2\n');
  expect(text).toContain('level: debug # OTEL_LOG_LEVEL\n');
  expect(text).toContain('intervalMs: 10000\n');
});

it('masks the values of headers and what is secret in addresses', () => {
  const text = printConfig(
    load({
      yaml: 'push: { endpoint: "https://user:hunter2@host/v1/metrics?key=hunter2", headers: { authorization: hunter2 } }',
      env: { DOCKER_HOST: 'tcp://user:hunter2@host:2376' },
    }),
  );
  expect(text).not.toContain('hunter2');
  expect(text).toContain('https://***@host/v1/metrics?***');
  expect(text).toContain('authorization: "***"');
});
