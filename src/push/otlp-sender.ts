import { LIMITS } from '../limits.ts';
import type { Batch, SendOutcome } from './batch.ts';
import { createChangingFile } from './changing-file.ts';
import { parseHeadersFile } from './headers-file.ts';
import { createHttpPoster, type HttpPoster, type Tls } from './http-poster.ts';
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
  /** Whether the proxies that the environment names are used, as they are unless it is said. */
  readonly proxy?: 'environment' | 'none';
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
  const closing = new AbortController();
  const { endpoint, proxy = 'environment' } = options;
  const create = () => createHttpPoster({ endpoint, tls, proxy, maxAnswerBytes: MAX_RESPONSE_BYTES });
  let poster = create();

  /** A connection is of the certificates it was made with: when they change there is a new one. */
  function renewPoster(): void {
    const now = readTls();
    if (now.ca === tls.ca && now.key === tls.key && now.cert === tls.cert) return;
    tls = now;
    // One request at a time is in flight, and none is now.
    poster.close();
    poster = create();
  }

  return {
    async send(batch) {
      try {
        renewPoster();
        const headers = { ...lowerCased(options.headers), ...lowerCased(readHeaders?.() ?? {}) };
        return await attempt(poster, { ...options, headers }, closing.signal, batch);
      } catch (error) {
        return { status: 'retryable', reason: reasonOf(error, options.timeoutMs), errorType: errorTypeOf(error) };
      }
    },
    close: async () => {
      closing.abort();
      poster.close();
    },
  };
}

async function attempt(
  poster: HttpPoster,
  options: OtlpSenderOptions,
  closing: AbortSignal,
  batch: Batch,
): Promise<SendOutcome> {
  const answer = await poster.post({
    headers: {
      ...options.headers,
      'user-agent': options.userAgent,
      'content-type': batch.contentType,
      ...(batch.contentEncoding && { 'content-encoding': batch.contentEncoding }),
    },
    body: batch.body,
    signal: AbortSignal.any([closing, AbortSignal.timeout(options.timeoutMs)]),
  });
  const { status, isOfProxy, headers, body } = answer;
  const outcome = outcomeOfStatus(status, headers['retry-after'], Date.now());
  // Nothing is wrong with the batch: the receiver has not seen it.
  if (isOfProxy && outcome.status === 'refused')
    return { ...outcome, status: 'retryable', reason: `the proxy makes no tunnel: HTTP status ${status}` };
  if (status < 200 || status > 299) return outcome;
  return { ...acceptedOutcome(batch, body), httpStatus: status };
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
  // Node leaves the message empty where several addresses were tried.
  const text = error.message || code || error.name;
  const hint = code === undefined ? undefined : HINTS[code];
  return hint ? `${text} (${hint})` : text;
}
