import { endpointAsIs, endpointFromBase } from './address-formats.ts';
import { readKeyValueMap } from './key-value-list.ts';
import { DECLARATIONS } from './schema.ts';

/** What a standard variable's text means here: a value for its key, or why it is passed over. */
export type Meaning =
  | { readonly status: 'set'; readonly value: unknown }
  | { readonly status: 'ignored'; readonly reason: string };

export type StandardVariable = {
  readonly name: string;
  /** The dotted path that it sets. */
  readonly key: string;
  readonly meaning: string;
  readonly read: (text: string) => Meaning;
};

const set = (value: unknown): Meaning => ({ status: 'set', value });
const ignored = (reason: string): Meaning => ({ status: 'ignored', reason });

/** `METRICS_X` before `X`: the more specific one of OpenTelemetry's exporter variables. */
function exporterPair(name: string, key: string, meaning: string, read: (text: string) => Meaning): StandardVariable[] {
  return [
    { name: `OTEL_EXPORTER_OTLP_METRICS_${name}`, key, meaning, read },
    { name: `OTEL_EXPORTER_OTLP_${name}`, key, meaning, read },
  ];
}

/**
 * The variables of OpenTelemetry and Docker that are understood, the stronger first where several set one key.
 * The specification lets unreadable numbers and unknown choices pass with a warning; what cannot work here at all
 * (gRPC, an endpoint that is no URL) is handed on and refused by the schema.
 */
export const STANDARD_VARIABLES: readonly StandardVariable[] = [
  { name: 'OTEL_SDK_DISABLED', key: 'disabled', meaning: '`true`: runs and pushes nothing', read: readBoolean },
  { name: 'OTEL_METRICS_EXPORTER', key: 'push.exporter', meaning: '`otlp` or `none`', read: readExporters },
  {
    name: 'OTEL_METRIC_EXPORT_INTERVAL',
    key: 'collection.intervalMs',
    meaning: 'milliseconds',
    read: (text) => readMilliseconds('collection.intervalMs', text),
  },
  {
    name: 'OTEL_METRIC_EXPORT_TIMEOUT',
    key: 'collection.timeoutMs',
    meaning: 'milliseconds; 0 means the interval',
    read: (text) => readMilliseconds('collection.timeoutMs', text),
  },
  {
    name: 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
    key: 'push.endpoint',
    meaning: 'taken as it is',
    read: (text) => set(endpointAsIs(text)),
  },
  {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    key: 'push.endpoint',
    meaning: 'a base: `v1/metrics` is added',
    read: (text) => set(endpointFromBase(text)),
  },
  ...exporterPair('PROTOCOL', 'push.protocol', '`http/protobuf` or `http/json`; `grpc` is refused', (text) =>
    // gRPC is handed on: sending to such an endpoint in another protocol would fail for ever.
    text.trim().toLowerCase() === 'grpc' ? set('grpc') : readChoice('push.protocol', text),
  ),
  ...exporterPair('HEADERS', 'push.headers', '`NAME=VALUE,…`, percent-encoded; both are merged', readMap),
  ...exporterPair('TIMEOUT', 'push.timeoutMs', 'milliseconds; 0 means as long as can be set', (text) =>
    readMilliseconds('push.timeoutMs', text),
  ),
  ...exporterPair('COMPRESSION', 'push.compression', '`gzip` or `none`', (text) =>
    readChoice('push.compression', text),
  ),
  ...exporterPair('CERTIFICATE', 'push.certificateFile', 'PEM file', set),
  ...exporterPair('CLIENT_KEY', 'push.clientKeyFile', 'PEM file', set),
  ...exporterPair('CLIENT_CERTIFICATE', 'push.clientCertificateFile', 'PEM file', set),
  {
    name: 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
    key: 'push.temporality',
    meaning: '`cumulative`, `delta` or `lowmemory`',
    read: (text) => readChoice('push.temporality', text),
  },
  {
    name: 'OTEL_RESOURCE_ATTRIBUTES',
    key: 'resource.attributes',
    meaning: '`KEY=VALUE,…`, percent-encoded, for every Resource; a wrong entry discards all of it',
    read: readMap,
  },
  {
    name: 'OTEL_SERVICE_NAME',
    key: 'resource.serviceName',
    meaning: 'name of the agent, never of a container',
    read: set,
  },
  {
    name: 'OTEL_LOG_LEVEL',
    key: 'log.level',
    meaning: '`none`, `error`, `warn`, `info`, `debug`, `verbose` or `all`',
    read: readLogLevel,
  },
  {
    name: 'STATE_DIRECTORY',
    key: 'outbox.directory',
    meaning: "systemd's StateDirectory=; the first where there are several",
    read: (text) => set(text.split(':')[0]),
  },
  {
    name: 'STATE_DIRECTORY',
    key: 'state.directory',
    meaning: "systemd's StateDirectory=; the first where there are several",
    read: (text) => set(text.split(':')[0]),
  },
  { name: 'DOCKER_HOST', key: 'docker.host', meaning: 'as Docker understands it, without ssh://', read: set },
  { name: 'DOCKER_TLS_VERIFY', key: 'docker.tlsVerify', meaning: 'any text means true', read: () => set(true) },
  { name: 'DOCKER_CERT_PATH', key: 'docker.certPath', meaning: 'folder with the PEM files', read: set },
];

function readBoolean(text: string): Meaning {
  const word = text.trim().toLowerCase();
  if (word === 'true' || word === 'false') return set(word === 'true');
  return ignored('it is neither true nor false, which counts as false');
}

function readExporters(text: string): Meaning {
  const names = text
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  if (names.includes('otlp')) return set('otlp');
  return names.includes('none') ? set('none') : ignored('otlp and none are what is supported');
}

/** A value beyond what the key allows is passed over like one that is no number. 0 is OpenTelemetry's "no limit". */
function readMilliseconds(key: string, text: string): Meaning {
  const property = DECLARATIONS.get(key)?.property;
  if (property?.format !== 'whole-number') throw new Error(`BUG: ${key} is no number`);
  if (!/^\s*\d+\s*$/.test(text)) return ignored('it is not a whole number of milliseconds');
  const value = Number(text);
  if (value === 0 && key.endsWith('timeoutMs')) return set(property.max);
  if (value < property.min || value > property.max) {
    return ignored(`it is not within ${property.min} to ${property.max} milliseconds`);
  }
  return set(value);
}

function readChoice(key: string, text: string): Meaning {
  const property = DECLARATIONS.get(key)?.property;
  if (property?.format !== 'choice') throw new Error(`BUG: ${key} is no choice`);
  const word = text.trim().toLowerCase();
  return property.choices.includes(word) ? set(word) : ignored(`it is none of ${property.choices.join(', ')}`);
}

function readMap(text: string): Meaning {
  const read = readKeyValueMap(text);
  return read.status === 'ok' ? set(read.map) : ignored(`${read.reason}, so that all of it is discarded`);
}

function readLogLevel(text: string): Meaning {
  const levels = new Map([
    ['none', 'silent'],
    ['error', 'error'],
    ['warn', 'warn'],
    ['info', 'info'],
    ['debug', 'debug'],
    ['verbose', 'trace'],
    ['all', 'trace'],
  ]);
  const level = levels.get(text.trim().toLowerCase());
  return level === undefined ? ignored(`it is none of ${[...levels.keys()].join(', ')}`) : set(level);
}
