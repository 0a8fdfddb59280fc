const GRPC_PORT = '4317';
const METRICS_PATH = '/v1/metrics';

/** Why a text is no metrics endpoint, or nothing. */
export function findEndpointFault(text: string): string | undefined {
  if (text === '') return undefined;
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return 'is not a URL that begins with http:// or https://';
  }
  if (url.port === GRPC_PORT)
    return `port ${GRPC_PORT} is for gRPC, which is not spoken here: use http/protobuf, port 4318`;
  return undefined;
}

/** `http://collector:4318` means its metrics endpoint; with any path, even `/` alone, a URL is taken as it is. */
export function completeEndpoint(text: string): string {
  const trimmed = text.trim();
  return /^https?:\/\/[^/?#]+$/i.test(trimmed) ? trimmed + METRICS_PATH : trimmed;
}

/** OTEL_EXPORTER_OTLP_ENDPOINT is a base for all signals: the metrics path is added to the path it has. */
export function endpointFromBase(text: string): string {
  const url = URL.parse(text);
  if (url === null) return text;
  url.pathname = url.pathname.replace(/\/$/, '') + METRICS_PATH;
  return url.href;
}

/** OTEL_EXPORTER_OTLP_METRICS_ENDPOINT is taken as it is; without a path that is the root. */
export function endpointAsIs(text: string): string {
  return URL.parse(text)?.href ?? text;
}

/** Why a text is no address of a container engine, or nothing. */
export function findDockerHostFault(text: string): string | undefined {
  if (text === '' || /^unix:\/\/\/[^\s]+$/.test(text)) return undefined;
  if (/^(ssh|npipe|fd):/.test(text)) return `the scheme ${text.slice(0, text.indexOf(':'))}:// is not spoken here`;
  const url = URL.parse(text);
  if (url === null || !['tcp:', 'http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    return 'is not the address of a container engine';
  }
  return undefined;
}

/** Whether a text is `host:port` with a port that can be listened on; port 0 lets the system choose one. */
export function isSocketAddress(text: string): boolean {
  const match = /^(?:\[[0-9a-f:.%]+\]|[^:\s[\]/]+):(\d{1,5})$/i.exec(text);
  return match !== null && Number(match[1]) <= 65_535;
}

/** The text without what may be secret in an address: user and password, query and fragment. */
export function maskAddress(text: string): string {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/)?(.*)$/is.exec(text) ?? [];
  const user = rest.lastIndexOf('@');
  const unnamed = user < 0 ? rest : `***@${rest.slice(user + 1)}`;
  return scheme + unnamed.replace(/[?#].*$/s, (tail) => `${tail[0]}***`);
}
