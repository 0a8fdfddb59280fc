import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { getProxyForUrl } from 'proxy-from-env';
import { http, https } from '../node-http.ts';

export type Tls = { readonly ca?: Buffer; readonly key?: Buffer; readonly cert?: Buffer };

export type HttpPosterOptions = {
  /** Full URL. */
  readonly endpoint: string;
  readonly tls: Tls;
  /** Whether the proxies that the environment names are used. */
  readonly proxy: 'environment' | 'none';
  /** An answer that is longer is read no further. */
  readonly maxAnswerBytes: number;
};

export type HttpPost = {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly signal: AbortSignal;
};

export type HttpAnswer = {
  readonly status: number;
  /** Whether it is of a proxy that did not make the tunnel: the receiver was not asked. */
  readonly isOfProxy: boolean;
  readonly headers: IncomingHttpHeaders;
  /** Undefined where it is too long. */
  readonly body: Buffer | undefined;
};

export type HttpPoster = {
  /** Rejects where no whole answer came. Redirects are not followed. */
  post(request: HttpPost): Promise<HttpAnswer>;
  /** Closes the connection; what is under way is to be ended by its signal. */
  close(): void;
};

/** A connection that nobody used for so long is closed before the other end does it in the midst of a request. */
const IDLE_MS = 60_000;

/** Posts to one URL over one connection that is kept, through a proxy where the environment names one. */
export function createHttpPoster({ endpoint, tls, proxy, maxAnswerBytes }: HttpPosterOptions): HttpPoster {
  const url = new URL(endpoint);
  const { request } = url.protocol === 'https:' ? https : http;
  let agent: Promise<Agent> | undefined;

  /** Answers what came, or undefined where the connection turned out to be closed since it was last used. */
  async function attempt({ headers, body, signal }: HttpPost): Promise<HttpAnswer | undefined> {
    agent ??= createAgent(url, tls, proxy);
    // TLS with the endpoint, through a proxy too, is of the request's options.
    const posted = request(url, { method: 'POST', agent: await agent, headers, signal, ...tls });
    let isOfProxy = false;
    posted.once('proxyConnect', ({ statusCode }) => {
      // Plain requests are forwarded without one.
      isOfProxy = url.protocol === 'https:' && statusCode !== 200;
    });
    posted.end(body);
    try {
      const response = await answered(posted);
      return {
        status: response.statusCode!,
        isOfProxy,
        headers: response.headers,
        body: await wholeBody(response, maxAnswerBytes),
      };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (posted.reusedSocket && isClosed(error)) return undefined;
      throw error;
    }
  }

  return {
    async post(request) {
      for (;;) {
        const answer = await attempt(request);
        if (answer) return answer;
      }
    },
    close: () => void agent?.then((each) => each.destroy()).catch(() => undefined),
  };
}

async function createAgent(url: URL, tls: Tls, proxy: HttpPosterOptions['proxy']): Promise<Agent> {
  // One batch at a time is sent, every interval: the connection is kept in between.
  const options = { keepAlive: true, maxSockets: 1, timeout: IDLE_MS };
  const proxyUrl = proxy === 'none' ? '' : getProxyForUrl(url.href);
  if (proxyUrl === '') return new (url.protocol === 'https:' ? https : http).Agent({ ...options, ...tls });
  // Plain HTTP is forwarded without a tunnel, which many proxies refuse for other ports than 443.
  return url.protocol === 'https:'
    ? new (await import('https-proxy-agent')).HttpsProxyAgent(proxyUrl, options)
    : new (await import('http-proxy-agent')).HttpProxyAgent(proxyUrl, options);
}

function answered(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => request.once('response', resolve).once('error', reject));
}

async function wholeBody(response: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop ends the response and its connection.
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const isClosed = (error: unknown): boolean =>
  ['ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '');
