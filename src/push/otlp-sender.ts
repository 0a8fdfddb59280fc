import { type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { LIMITS } from '../limits.ts';
import type { Batch, SendOutcome } from './batch.ts';
import { createChangingFile } from './changing-file.ts';
import { parseHeadersFile } from './headers-file.ts';
import { parseOtlpAnswer } from './otlp-answer.ts';
import { outcomeOfStatus } from './status-table.ts';

export type OtlpSenderOptions = {
  /** Full URL of the metrics endpoint. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** File with more headers, which win; empty: none. Read again when it changes. */
  readonly headersFile: string;
  /** For one request from its first byte to the last of the answer. */
  readonly timeoutMs: number;
  /** PEM files; empty: none. Read again when they change. */
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
const MAX_RESPONSE_BYTES = LIMITS.otlpAnswer.max;

/** Sends batches over OTLP/HTTP, one attempt each; what to do next is the delivery's to decide. */
export function createOtlpSender(options: OtlpSenderOptions): OtlpSender {
  const { headersFile } = options;
  const readHeaders = headersFile
    ? createChangingFile(headersFile, (bytes) => parseHeadersFile(`${bytes}`))
    : undefined;
  const readTls = tlsFiles(options);
  let tls = readTls();
  let dispatcher = createDispatcher(tls);

  /** A connection is of the certificates it was made with: when they change there is a new one. */
  function renewDispatcher(): void {
    const now = readTls();
    if (now.ca === tls.ca && now.key === tls.key && now.cert === tls.cert) return;
    tls = now;
    // One request at a time is in flight, and none is now.
    void dispatcher.destroy();
    dispatcher = createDispatcher(tls);
  }

  return {
    async send(batch) {
      try {
        renewDispatcher();
        const headers = { ...lowerCased(options.headers), ...lowerCased(readHeaders?.() ?? {}) };
        return await attempt(dispatcher, { ...options, headers }, batch);
      } catch (error) {
        return { status: 'retryable', reason: reasonOf(error, options.timeoutMs), errorType: errorTypeOf(error) };
      }
    },
    close: () => dispatcher.destroy(),
  };
}

type Tls = { readonly ca?: Buffer; readonly key?: Buffer; readonly cert?: Buffer };

function createDispatcher(tls: Tls): Dispatcher {
  return new EnvHttpProxyAgent({
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
}

async function attempt(dispatcher: Dispatcher, options: OtlpSenderOptions, batch: Batch): Promise<SendOutcome> {
  const { statusCode, headers, body } = await request(options.endpoint, {
    dispatcher,
    method: 'POST',
    headers: {
      ...options.headers,
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
  return { ...acceptedOutcome(batch, await body.bytes().catch(unlessTooLarge)), httpStatus: statusCode };
}

/** The status said that the batch is there: an answer that is too large to be OTLP's does not take that back. */
function unlessTooLarge(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'UND_ERR_RES_EXCEEDED_MAX_SIZE') throw error;
}

/** Header names are one whatever their case: what the user sets must not stand beside what the protocol wants. */
const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** The answer of a receiver that took the request, perhaps without some of its points. */
function acceptedOutcome({ contentType, pointCount }: Batch, answer: Uint8Array | undefined): SendOutcome {
  try {
    if (!answer) throw new Error('no whole answer');
    const { rejectedPointCount, ...message } = parseOtlpAnswer(contentType, answer);
    // It cannot have rejected what was not sent.
    return { status: 'accepted', rejectedPointCount: Math.min(rejectedPointCount, pointCount), ...message };
  } catch {
    return {
      status: 'accepted',
      rejectedPointCount: 0,
      message: 'the answer is not of OTLP: is the endpoint a Collector?',
    };
  }
}

/** Throws where a file cannot be read. */
function tlsFiles({ certificateFile, clientKeyFile, clientCertificateFile }: OtlpSenderOptions): () => Tls {
  const file = (path: string) => (path === '' ? undefined : createChangingFile(path, (bytes) => bytes));
  const [ca, key, cert] = [file(certificateFile), file(clientKeyFile), file(clientCertificateFile)];
  return () => ({ ...(ca && { ca: ca() }), ...(key && { key: key() }), ...(cert && { cert: cert() }) });
}

const HINTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there yet',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the name server does not answer',
  ECONNRESET: 'the connection was cut',
};

function errorTypeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return error.name === 'TimeoutError' ? 'timeout' : ((error as NodeJS.ErrnoException).code ?? error.name);
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  const { code } = error as NodeJS.ErrnoException;
  // undici leaves the message empty where several addresses were tried.
  const text = error.message || code || error.name;
  const hint = code === undefined ? undefined : HINTS[code];
  return hint ? `${text} (${hint})` : text;
}
