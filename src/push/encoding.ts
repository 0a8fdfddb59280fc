import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { decodeMetricsRequest, encodeMetricsRequest } from '../otlp/metrics-proto.ts';
import type { OtlpMetricsRequest } from '../otlp/metrics-request.ts';
import type { Batch } from './batch.ts';
import { withoutRecordedValues } from './staleness.ts';
import { createTemplate } from './template.ts';

/** How ResourceMetrics become request bodies. A chunk is one of them encoded; many chunks join into one body. */
export type Encoding = {
  readonly contentType: Batch['contentType'];
  encode(metrics: ResourceMetrics): Uint8Array;
  /** The same points, each marked as the end of its series (`NO_RECORDED_VALUE`). */
  encodeEnd(metrics: ResourceMetrics): Uint8Array;
  join(chunks: readonly Uint8Array[]): Uint8Array;
  /** Bytes that joining adds to those of the chunks: once, and with each chunk. */
  readonly joinBytes: { readonly once: number; readonly each: number };
  /** Present where a chunk can take other values without being encoded anew. */
  readonly template?: typeof createTemplate;
  /** What a body says, and a chunk that says it. Parsing throws where the body is not of OTLP. */
  parse(body: Uint8Array): OtlpMetricsRequest;
  write(request: OtlpMetricsRequest): Uint8Array;
};

export type Protocol = 'http/protobuf' | 'http/json';

const JSON_START = '{"resourceMetrics":[';
const JSON_END = ']}';

export const ENCODINGS: Readonly<Record<Protocol, Encoding>> = {
  'http/protobuf': {
    contentType: 'application/x-protobuf',
    encode: (metrics) => serialized(ProtobufMetricsSerializer.serializeRequest(metrics)),
    // The SDK's serializer cannot write flags, so ends, which are rare, take the way through JSON.
    encodeEnd: (metrics) => encodeMetricsRequest(withoutRecordedValues(toRequest(metrics))),
    // Concatenated protobuf messages are one message with all their repeated fields.
    join: (chunks) => Buffer.concat(chunks),
    joinBytes: { once: 0, each: 0 },
    template: createTemplate,
    parse: decodeMetricsRequest,
    write: encodeMetricsRequest,
  },
  'http/json': {
    contentType: 'application/json',
    encode: (metrics) => jsonChunk(toRequest(metrics)),
    encodeEnd: (metrics) => jsonChunk(withoutRecordedValues(toRequest(metrics))),
    join: (chunks) =>
      Buffer.from(`${JSON_START}${chunks.map((chunk) => Buffer.from(chunk).toString()).join(',')}${JSON_END}`),
    // There is a comma less than there are chunks.
    joinBytes: { once: JSON_START.length + JSON_END.length - 1, each: 1 },
    parse: (body) => JSON.parse(Buffer.from(body).toString()),
    write: jsonChunk,
  },
};

/** The OTLP/JSON form of one ResourceMetrics. */
export function toRequest(metrics: ResourceMetrics): OtlpMetricsRequest {
  return JSON.parse(Buffer.from(serialized(JsonMetricsSerializer.serializeRequest(metrics))).toString());
}

function jsonChunk({ resourceMetrics = [] }: OtlpMetricsRequest): Uint8Array {
  return Buffer.from(resourceMetrics.map((each) => JSON.stringify(each)).join(','));
}

function serialized(bytes: Uint8Array | undefined): Uint8Array {
  if (!bytes) throw new Error('BUG: the OTLP serializer answered nothing');
  return bytes;
}
