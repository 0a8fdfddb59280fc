import type { SendOutcome } from './batch.ts';

/**
 * Statuses that OTLP/HTTP calls retryable; every other failure is final for the batch. And 407, which is no answer of the
 * receiver: a proxy on the way has not let the batch through, and nothing is wrong with it.
 */
const RETRYABLE = new Set([407, 429, 502, 503, 504]);

const HINTS: Readonly<Record<number, string>> = {
  400: 'the receiver could not read it',
  401: 'the receiver wants credentials: see push.headers and push.headersFile',
  403: 'the receiver refuses these credentials: see push.headers and push.headersFile',
  404: 'there is no OTLP receiver at this path: a Collector listens on /v1/metrics',
  407: 'the proxy wants credentials: name it as http://USER:PASSWORD@HOST:PORT',
  413: 'it is too large for the receiver: lower push.maxRequestBytes',
  415: 'the receiver does not speak this encoding: see push.protocol',
};

/** What an HTTP answer other than success means for the batch. */
export function outcomeOfStatus(httpStatus: number, retryAfter: string | undefined, nowUnixMs: number): SendOutcome {
  const hint =
    HINTS[httpStatus] ??
    (httpStatus >= 300 && httpStatus < 400
      ? 'redirects are not followed: name the final address in push.endpoint'
      : undefined);
  const reason = `HTTP status ${httpStatus}${hint ? ` (${hint})` : ''}`;
  const failure = { reason, httpStatus, errorType: String(httpStatus) };
  if (!RETRYABLE.has(httpStatus)) return { status: 'refused', ...failure };
  const retryAfterMs = parseRetryAfter(retryAfter, nowUnixMs);
  return { status: 'retryable', ...failure, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

const MS_PER_SECOND = 1000;

/** Header `Retry-After`: seconds, or an HTTP date. */
export function parseRetryAfter(value: string | undefined, nowUnixMs: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * MS_PER_SECOND;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowUnixMs);
}
