import { createRequire } from 'node:module';
import type protobuf from 'protobufjs';
import type { OtlpMetricsRequest, OtlpMetricsResponse } from './metrics-request.ts';
import { METRICS_SCHEMA } from './metrics-schema.ts';

export type { OtlpMetricsRequest, OtlpMetricsResponse } from './metrics-request.ts';

/** The bytes or the JSON are not an OTLP message; the cause says where it broke. */
export class MalformedOtlp extends Error {
  override readonly name = 'MalformedOtlp';
}

type MessageTypes = Record<'request' | 'response' | 'status', protobuf.Type>;

const PLAIN = { longs: String, enums: Number, bytes: String } as const;

/**
 * Loaded with the first message and not with the module: an agent that pushes to a Collector never decodes one, and
 * protobufjs costs about 30 ms and several megabytes. `require` because the callers are synchronous.
 */
const messageTypes = once((): MessageTypes => {
  const { parse } = createRequire(import.meta.url)('protobufjs') as typeof protobuf;
  const { root } = parse(METRICS_SCHEMA);
  root.resolveAll();
  return {
    request: root.lookupType('opentelemetry.proto.ExportMetricsServiceRequest'),
    response: root.lookupType('opentelemetry.proto.ExportMetricsServiceResponse'),
    status: root.lookupType('opentelemetry.proto.Status'),
  };
});

/** Decodes a protobuf request. 64-bit integers come as decimal strings. Throws MalformedOtlp. */
export function decodeMetricsRequest(body: Uint8Array): OtlpMetricsRequest {
  return decodeAs<OtlpMetricsRequest>(messageTypes().request, body);
}

/** Throws MalformedOtlp where a field has a type that OTLP does not give it. */
export function encodeMetricsRequest(request: OtlpMetricsRequest): Uint8Array {
  return encodeAs(messageTypes().request, request);
}

/** Reads an OTLP/JSON request into the same form that decoding gives; unknown fields are left out. Throws MalformedOtlp. */
export function parseMetricsRequestJson(text: string): OtlpMetricsRequest {
  const { request } = messageTypes();
  return guarded('read the JSON as', request, () => {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('not a JSON object');
    return request.toObject(request.fromObject(value), PLAIN) as OtlpMetricsRequest;
  });
}

/** Decodes what a Collector answers to a push. Throws MalformedOtlp. */
export function decodeMetricsResponse(body: Uint8Array): OtlpMetricsResponse {
  return decodeAs<OtlpMetricsResponse>(messageTypes().response, body);
}

export function encodeMetricsResponse(response: OtlpMetricsResponse): Uint8Array {
  return encodeAs(messageTypes().response, response);
}

/** The body of an OTLP/HTTP error answer in protobuf: google.rpc.Status. */
export function encodeStatus(status: { readonly code?: number; readonly message: string }): Uint8Array {
  return encodeAs(messageTypes().status, status);
}

function decodeAs<T>(type: protobuf.Type, body: Uint8Array): T {
  return guarded('decode', type, () => type.toObject(type.decode(body), PLAIN) as T);
}

function encodeAs(type: protobuf.Type, message: object): Uint8Array {
  return guarded('encode', type, () => type.encode(type.fromObject(message as Record<string, unknown>)).finish());
}

function guarded<T>(action: string, type: protobuf.Type, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MalformedOtlp(`cannot ${action} ${type.name}: ${reason}`, { cause });
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
