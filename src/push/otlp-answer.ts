import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { LIMITS } from '../limits.ts';
import type { Batch } from './batch.ts';

/** What a receiver says of a request that it took. */
export type OtlpAnswer = { readonly rejectedPointCount: number; readonly message?: string };

/**
 * Throws where it is not of OTLP. The SDK's reader of JSON would not: it takes anything for an empty answer. Nothing is
 * believed of what a receiver says: numbers are counts, and texts are cut.
 */
export function parseOtlpAnswer(contentType: Batch['contentType'], answer: Uint8Array): OtlpAnswer {
  if (answer.length === 0) return { rejectedPointCount: 0 };
  const response: unknown =
    contentType === 'application/json'
      ? JSON.parse(Buffer.from(answer).toString())
      : ProtobufMetricsSerializer.deserializeResponse(answer);
  const { partialSuccess } = objectOf(response);
  const { rejectedDataPoints, errorMessage } = objectOf(partialSuccess ?? {});
  const message = textOf(errorMessage ?? '').slice(0, LIMITS.receiverMessage.max);
  return { rejectedPointCount: countOf(rejectedDataPoints ?? 0), ...(message !== '' && { message }) };
}

function objectOf(value: unknown): { readonly [name: string]: unknown } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it is not an object');
  return value as { readonly [name: string]: unknown };
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new Error('it is not a text');
  return value;
}

/** JSON has 64-bit numbers as texts. */
function countOf(value: unknown): number {
  const count = typeof value === 'string' && /^\d{1,19}$/.test(value) ? Number(value) : value;
  if (typeof count !== 'number' || !(count >= 0) || !Number.isFinite(count) || count % 1 !== 0)
    throw new Error('it is not a count');
  return count;
}
