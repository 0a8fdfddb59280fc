import { describe, expect, it } from 'vitest';
import { STANDARD_VARIABLES } from '../../src/config/standard-variables.ts';
import { load, problemsOf } from './load-fixture.ts';

const valueAt = (env: Record<string, string>, key: string): unknown =>
  key.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], load({ env }).config);

describe('standard variables', () => {
  const accepted: readonly (readonly [string, string, string, unknown])[] = [
    ['OTEL_SDK_DISABLED', 'True', 'disabled', true],
    ['OTEL_SDK_DISABLED', 'false', 'disabled', false],
    ['OTEL_METRICS_EXPORTER', 'none', 'push.exporter', 'none'],
    ['OTEL_METRICS_EXPORTER', 'otlp', 'push.exporter', 'otlp'],
    ['OTEL_METRIC_EXPORT_INTERVAL', '15000', 'collection.intervalMs', 15_000],
    ['OTEL_METRIC_EXPORT_TIMEOUT', '3000', 'collection.timeoutMs', 3_000],
    ['OTEL_METRIC_EXPORT_TIMEOUT', '0', 'collection.timeoutMs', 10_000],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://c:4318', 'push.endpoint', 'http://c:4318/v1/metrics'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://c:4318/', 'push.endpoint', 'http://c:4318/v1/metrics'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'https://c/otlp/?k=v', 'push.endpoint', 'https://c/otlp/v1/metrics?k=v'],
    ['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', 'http://c:4318', 'push.endpoint', 'http://c:4318/'],
    ['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', 'http://c/own/path', 'push.endpoint', 'http://c/own/path'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'HTTP/JSON', 'push.protocol', 'http/json'],
    ['OTEL_EXPORTER_OTLP_METRICS_PROTOCOL', 'http/json', 'push.protocol', 'http/json'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'api-key=a%2Cb, x = y ', 'push.headers', { 'api-key': 'a,b', x: 'y' }],
    ['OTEL_EXPORTER_OTLP_METRICS_HEADERS', 'a=b=c', 'push.headers', { a: 'b=c' }],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', '4000', 'push.timeoutMs', 4_000],
    ['OTEL_EXPORTER_OTLP_METRICS_TIMEOUT', '0', 'push.timeoutMs', 3_600_000],
    ['OTEL_EXPORTER_OTLP_COMPRESSION', 'none', 'push.compression', 'none'],
    ['OTEL_EXPORTER_OTLP_METRICS_COMPRESSION', 'NONE', 'push.compression', 'none'],
    ['OTEL_EXPORTER_OTLP_CERTIFICATE', '/ca.pem', 'push.certificateFile', '/ca.pem'],
    ['OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE', '/ca.pem', 'push.certificateFile', '/ca.pem'],
    ['OTEL_EXPORTER_OTLP_CLIENT_KEY', '/k.pem', 'push.clientKeyFile', '/k.pem'],
    ['OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY', '/k.pem', 'push.clientKeyFile', '/k.pem'],
    ['OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE', '/c.pem', 'push.clientCertificateFile', '/c.pem'],
    ['OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE', '/c.pem', 'push.clientCertificateFile', '/c.pem'],
    ['OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', 'LowMemory', 'push.temporality', 'lowmemory'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'a=b,c=d%20e,', 'resource.attributes', { a: 'b', c: 'd e' }],
    ['OTEL_RESOURCE_ATTRIBUTES', 'service.name=x', 'resource.serviceName', 'x'],
    ['OTEL_SERVICE_NAME', 'fleet', 'resource.serviceName', 'fleet'],
    ['OTEL_LOG_LEVEL', 'verbose', 'log.level', 'trace'],
    ['OTEL_LOG_LEVEL', 'ALL', 'log.level', 'trace'],
    ['OTEL_LOG_LEVEL', 'none', 'log.level', 'silent'],
    ['OTEL_LOG_LEVEL', 'warn', 'log.level', 'warn'],
    ['STATE_DIRECTORY', '/var/lib/one:/var/lib/two', 'outbox.directory', '/var/lib/one'],
    ['DOCKER_HOST', 'tcp://10.0.0.1:2376', 'docker.host', 'tcp://10.0.0.1:2376'],
    ['DOCKER_TLS_VERIFY', '0', 'docker.tlsVerify', true],
    ['DOCKER_CERT_PATH', '/certs', 'docker.certPath', '/certs'],
  ];

  it.each(accepted)('%s=%s sets %s', (name, text, key, value) => {
    const { config, warnings } = load({ env: { [name]: text } });
    expect(valueAt({ [name]: text }, key)).toEqual(value);
    expect(warnings).toEqual([]);
    expect(config).not.toBeUndefined();
  });

  it('are all shown above', () => {
    expect(new Set(accepted.map(([name]) => name))).toEqual(new Set(STANDARD_VARIABLES.map(({ name }) => name)));
  });

  it.each(STANDARD_VARIABLES.map(({ name }) => name))('%s counts as unset when empty', (name) => {
    const { config, warnings } = load({ env: { [name]: '' } });
    expect({ config, warnings }).toEqual({ config: load().config, warnings: [] });
  });

  it.each([
    ['OTEL_SDK_DISABLED', 'yes', 'it is neither true nor false, which counts as false'],
    ['OTEL_METRICS_EXPORTER', 'prometheus', 'otlp and none are what is supported'],
    ['OTEL_METRIC_EXPORT_INTERVAL', '10s', 'it is not a whole number of milliseconds'],
    ['OTEL_METRIC_EXPORT_INTERVAL', '-5', 'it is not a whole number of milliseconds'],
    ['OTEL_METRIC_EXPORT_INTERVAL', '0', 'it is not within 100 to 86400000 milliseconds'],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', '9999999999', 'it is not within 100 to 3600000 milliseconds'],
    ['OTEL_EXPORTER_OTLP_COMPRESSION', 'zstd', 'it is none of gzip, none'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'thrift', 'it is none of http/protobuf, http/json'],
    ['OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', 'x', 'it is none of cumulative, delta, lowmemory'],
    ['OTEL_LOG_LEVEL', 'loud', 'it is none of none, error, warn, info, debug, verbose, all'],
    [
      'OTEL_RESOURCE_ATTRIBUTES',
      'a=b,c=%E0%A4',
      'entry 2 is not valid percent-encoding (write % as %25), so that all of it is discarded',
    ],
    ['OTEL_RESOURCE_ATTRIBUTES', 'a=b,c', 'entry 2 has no "=", so that all of it is discarded'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'secret', 'entry 1 has no "=", so that all of it is discarded'],
  ])('%s=%s is ignored with a warning', (name, text, reason) => {
    const { config, warnings } = load({ env: { [name]: text } });
    expect(config).toEqual(load().config);
    expect(warnings).toEqual([`${name} is ignored: ${reason}`]);
  });

  it('prefer the METRICS variant, and fall back where it cannot be read', () => {
    const general = { OTEL_EXPORTER_OTLP_TIMEOUT: '2000', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://general' };
    const specific = { OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: '3000', OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://s/x' };
    const { push } = load({ env: { ...general, ...specific } }).config;
    expect([push.timeoutMs, push.endpoint]).toEqual([3_000, 'http://s/x']);
    expect(valueAt({ ...general, OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: 'x' }, 'push.timeoutMs')).toBe(2_000);
  });

  it('merge general and specific headers', () => {
    const env = { OTEL_EXPORTER_OTLP_HEADERS: 'a=1,b=1', OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'b=2,c=2' };
    expect(valueAt(env, 'push.headers')).toEqual({ a: '1', b: '2', c: '2' });
  });

  it('let OTEL_SERVICE_NAME beat service.name among the attributes', () => {
    const env = { OTEL_RESOURCE_ATTRIBUTES: 'service.name=attribute', OTEL_SERVICE_NAME: 'variable' };
    expect(valueAt(env, 'resource.serviceName')).toBe('variable');
  });

  it('say which exporters of a list are not there', () => {
    const { config, warnings } = load({ env: { OTEL_METRICS_EXPORTER: 'otlp,prometheus' } });
    expect(config.push.exporter).toBe('otlp');
    expect(warnings).toEqual([
      'OTEL_METRICS_EXPORTER is obeyed in part: otlp is used, and otlp and none are what is supported',
    ]);
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    ['OTEL_EXPORTER_OTLP_METRICS_PROTOCOL', 'GRPC'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://collector:4317'],
    ['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', 'https://collector:4317'],
  ])('%s=%s is refused, since gRPC is not spoken', (name, text) => {
    const [problem] = problemsOf({ env: { [name]: text } });
    expect(problem).toContain(name);
    expect(problem).toContain('use http/protobuf, port 4318');
  });

  it('that cannot be used do no harm where a PLIMSOLL_ variable or a flag takes their place', () => {
    const env = {
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4317',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'zstd',
      PLIMSOLL_PUSH_PROTOCOL: 'http/json',
      PLIMSOLL_PUSH_COMPRESSION: 'none',
    };
    const flags = [{ key: 'push.endpoint', value: 'http://collector:4318', origin: '--endpoint' }];
    expect(load({ env, flags }).warnings).toEqual([]);
  });

  it('refuse an endpoint that is no URL, rather than to send nothing in silence', () => {
    expect(problemsOf({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' } })[0]).toContain(
      'OTEL_EXPORTER_OTLP_ENDPOINT: push.endpoint: is not a URL that begins with http:// or https://',
    );
  });
});
