import { readFileSync } from 'node:fs';
import { type IExportMetricsServiceResponse, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import type { Batch, SendOutcome } from './batch.ts';
import { outcomeOfStatus } from './status-table.ts';

export type OtlpSenderOptions = {
  /** Full URL of the metrics endpoint. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** For one request from its first byte to the last of the answer. */
  readonly timeoutMs: number;
  /** PEM files; empty: none. */
  readonly certificateFile: string;
  readonly clientKeyFile: string;
  readonly clientCertificateFile: string;
  readonly userAgent: string;
};

export type OtlpSender = {
  /** One attempt. Never rejects. */
  send(batch: Batch): Promise<SendOutcome>;
  close(): Promise<void>;
};

/** An answer is a few bytes; a larger one is not from an OTLP receiver. */
const MAX_RESPONSE_BYTES = 4 * 1024 * 1024;

/** Sends batches over OTLP/HTTP, one attempt each; what to do next is the delivery's to decide. */
export function createOtlpSender(options: OtlpSenderOptions): OtlpSender {
  const tls = tlsFiles(options);
  const dispatcher = new EnvHttpProxyAgent({
    maxResponseSize: MAX_RESPONSE_BYTES,
    // One batch at a time is sent, every interval: the connection is kept in between.
    connections: 1,
    keepAliveTimeout: 60_000,
    connect: tls,
    // Through a proxy, TLS with the endpoint is made inside the tunnel. Plain HTTP is forwarded without a tunnel, which
    // many proxies refuse for other ports than 443.
    requestTls: tls,
    proxyTunnel: false,
  });

  return {
    async send(batch) {
      try {
        return await attempt(dispatcher, options, batch);
      } catch (error) {
        return { status: 'retryable', reason: reasonOf(error, options.timeoutMs) };
      }
    },
    close: () => dispatcher.destroy(),
  };
}

async function attempt(dispatcher: Dispatcher, options: OtlpSenderOptions, batch: Batch): Promise<SendOutcome> {
  const { statusCode, headers, body } = await request(options.endpoint, {
    dispatcher,
    method: 'POST',
    headers: {
      ...lowerCased(options.headers),
      'user-agent': options.userAgent,
      'content-type': batch.contentType,
      ...(batch.contentEncoding && { 'content-encoding': batch.contentEncoding }),
    },
    body: batch.body,
    signal: AbortSignal.timeout(options.timeoutMs),
  });
  if (statusCode < 200 || statusCode > 299) {
    await body.dump();
    const retryAfter = headers['retry-after'];
    return outcomeOfStatus(statusCode, typeof retryAfter === 'string' ? retryAfter : undefined, Date.now());
  }
  return acceptedOutcome(batch, await body.bytes().catch(unlessTooLarge));
}

/** The status said that the batch is there: an answer that is too large to be OTLP's does not take that back. */
function unlessTooLarge(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'UND_ERR_RES_EXCEEDED_MAX_SIZE') throw error;
}

/** Header names are one whatever their case: what the user sets must not stand beside what the protocol wants. */
const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** The answer of a receiver that took the request, perhaps without some of its points. */
function acceptedOutcome({ contentType }: Batch, answer: Uint8Array | undefined): SendOutcome {
  if (answer?.length === 0) return { status: 'accepted', rejectedPointCount: 0 };
  try {
    const { rejectedDataPoints, errorMessage } = parseAnswer(contentType, answer).partialSuccess ?? {};
    const message = errorMessage ? { message: errorMessage } : undefined;
    return { status: 'accepted', rejectedPointCount: Number(rejectedDataPoints ?? 0), ...message };
  } catch {
    return {
      status: 'accepted',
      rejectedPointCount: 0,
      message: 'the answer is not of OTLP: is the endpoint a Collector?',
    };
  }
}

/** Throws where it is not of OTLP. The SDK's reader of JSON would not: it takes anything for an empty answer. */
function parseAnswer(contentType: Batch['contentType'], answer: Uint8Array | undefined): IExportMetricsServiceResponse {
  if (!answer) throw new Error('no whole answer');
  return contentType === 'application/json'
    ? JSON.parse(Buffer.from(answer).toString())
    : ProtobufMetricsSerializer.deserializeResponse(answer);
}

function tlsFiles({ certificateFile, clientKeyFile, clientCertificateFile }: OtlpSenderOptions) {
  return {
    ...(certificateFile && { ca: readFileSync(certificateFile) }),
    ...(clientKeyFile && { key: readFileSync(clientKeyFile) }),
    ...(clientCertificateFile && { cert: readFileSync(clientCertificateFile) }),
  };
}

const HINTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there yet',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the name server does not answer',
  ECONNRESET: 'the connection was cut',
};

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  const { code } = error as NodeJS.ErrnoException;
  // undici leaves the message empty where several addresses were tried.
  const text = error.message || code || error.name;
  const hint = code === undefined ? undefined : HINTS[code];
  return hint ? `${text} (${hint})` : text;
}
