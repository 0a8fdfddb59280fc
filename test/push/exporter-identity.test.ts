import { expect, it } from 'vitest';
import { identifyExporter } from '../../src/push/exporter-identity.ts';

it.each([
  ['http/protobuf', 'http://127.0.0.1:4318/v1/metrics', 'otlp_http_metric_exporter', '127.0.0.1', 4318],
  ['http/json', 'https://user:secret@collector/v1/metrics', 'otlp_http_json_metric_exporter', 'collector', 443],
  ['http/protobuf', 'http://[::1]/v1/metrics', 'otlp_http_metric_exporter', '::1', 80],
] as const)(
  'names an exporter of %s to %s as the SDK does',
  (protocol, endpoint, componentType, serverAddress, serverPort) => {
    const componentName = `${componentType}/2`;
    expect(identifyExporter(protocol, endpoint, 2)).toEqual({
      componentType,
      componentName,
      serverAddress,
      serverPort,
    });
  },
);
