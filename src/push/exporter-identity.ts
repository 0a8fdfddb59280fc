import type { Protocol } from './encoding.ts';

/** What tells an exporter from others, as the semantic conventions of an SDK's own metrics have it. */
export type ExporterIdentity = {
  readonly componentType: string;
  readonly componentName: string;
  readonly serverAddress: string;
  readonly serverPort: number;
};

const COMPONENT_TYPES: Readonly<Record<Protocol, string>> = {
  'http/protobuf': 'otlp_http_metric_exporter',
  'http/json': 'otlp_http_json_metric_exporter',
};

/** `index`: of the destination, so that two on one server differ. */
export function identifyExporter(protocol: Protocol, endpoint: string, index: number): ExporterIdentity {
  const componentType = COMPONENT_TYPES[protocol];
  const { hostname, port, protocol: scheme } = new URL(endpoint);
  return {
    componentType,
    componentName: `${componentType}/${index}`,
    serverAddress: hostname.replace(/^\[(.*)\]$/, '$1'),
    serverPort: port === '' ? (scheme === 'https:' ? 443 : 80) : Number(port),
  };
}
