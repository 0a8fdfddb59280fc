import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LIMITS, type OnLimit } from '../limits.ts';
import type { Logger } from '../log.ts';
import { http } from '../node-http.ts';
import { isLoopback, type ListenAddress, localUrl, parseListenAddress } from './address.ts';
import { createEventStream, type EventStream } from './events.ts';
import { type HealthFacts, judgeHealth, judgeReadiness } from './health.ts';
import { createLatestContainers, type LatestContainers } from './latest.ts';
import { readPageFiles } from './page-files.ts';
import { createReceiver } from './receiver.ts';
import { jsonReply, type Reply, sendReply, textReply } from './reply.ts';
import { answerFrom, type Route } from './routes.ts';

export type StatusServerOptions = {
  /** `host:port`; port 0 lets the system choose. */
  readonly address: string;
  readonly intervalMs: number;
  /** Of the agent's own metrics; absent: the same. */
  readonly selfIntervalMs?: number;
  /** Milliseconds of the clock of HealthFacts; it must not fall. */
  readonly now: () => number;
  readonly log: Logger;
  readonly health: () => HealthFacts;
  /** Whether pushes are taken at POST /v1/metrics and shown on the page. */
  readonly receive: boolean;
  /** Where metrics are pushed instead, for the page to say; without credentials. */
  readonly pushTarget?: string;
  /** How long a client may take to send its whole request. */
  readonly requestTimeoutMs?: number;
  readonly maxEventClients?: number;
  readonly onLimit?: OnLimit;
};

export type StatusServer = {
  /** Listens. The URL is one that this machine reaches, without a slash at the end. Rejects with what to change. */
  start(): Promise<{ readonly url: string }>;
  /** Ends every connection, those in the middle of an answer after half a second. */
  close(): Promise<void>;
};

const REQUEST_TIMEOUT_MS = 30_000;
const HEADERS_TIMEOUT_MS = 10_000;
/** Longer than the usual interval, so that the agent's own push finds its connection still open. */
const KEEP_ALIVE_MS = 65_000;
const MAX_CONNECTIONS = LIMITS.statusConnections.max;
const MAX_EVENT_CLIENTS = LIMITS.pageClients.max;
const MAX_HEARTBEAT_MS = 10_000;
const CLOSE_GRACE_MS = 500;

/** The page, the health checks and the embedded receiver, on one address. */
export function createStatusServer(options: StatusServerOptions): StatusServer {
  const { intervalMs, selfIntervalMs, now, log, onLimit = () => undefined } = options;
  const latest = createLatestContainers({ intervalMs, selfIntervalMs, onLimit });
  const heartbeatMs = Math.min(intervalMs, MAX_HEARTBEAT_MS);
  const state = () => ({
    receiving: options.receive,
    ...(options.pushTarget !== undefined && { pushTarget: options.pushTarget }),
    intervalMs,
    heartbeatMs,
    ...latest.view(now()),
  });
  const events = createEventStream({
    state,
    heartbeatMs,
    maxClients: options.maxEventClients ?? MAX_EVENT_CLIENTS,
    onLimit,
  });
  let server: Server | undefined;

  return {
    async start() {
      const address = parseListenAddress(options.address);
      const routes = [...(await pageRoutes()), ...statusRoutes(options, { latest, events, state })];
      const loopbackOnly = isLoopback(address.host);
      server = http.createServer(serverLimits(options), (request, response) => {
        void handle(request, response);
      });
      server.maxConnections = MAX_CONNECTIONS;
      server.on('drop', () => onLimit('statusConnections'));

      const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
        try {
          const reply = await answerFrom(routes, { request, response, loopbackOnly });
          if (reply !== undefined) sendReply(response, reply);
        } catch (err) {
          // A client that goes away in the middle of its request is no fault of ours.
          if (request.destroyed && !request.complete) return;
          log.error(
            { err, method: request.method, path: request.url },
            'cannot answer a request to the status address',
          );
          sendReply(response, textReply(500, 'the answer could not be made; the log says why'));
        }
      };
      return { url: localUrl({ host: address.host, port: await listen(server, address) }) };
    },
    async close() {
      events.close();
      if (server?.listening) await closeServer(server);
    },
  };
}

/** Everything that is answered, beside the files of the page. */
function statusRoutes(
  options: StatusServerOptions,
  { latest, events, state }: { latest: LatestContainers; events: EventStream; state: () => unknown },
): readonly Route[] {
  const { now, intervalMs, health, log, onLimit } = options;
  const receiver = createReceiver({
    accept: (request) => {
      latest.apply(request, now());
      events.changed();
    },
  });
  const receive = async (request: IncomingMessage): Promise<Reply> => {
    const reply = await receiver.receive(request);
    if (reply.httpStatus === 413) onLimit?.('receivedBody');
    if (reply.httpStatus !== 200)
      log.debug({ httpStatus: reply.httpStatus }, 'refused a push to the embedded receiver');
    return reply;
  };
  const follow: Route['answer'] = (request, response) => {
    if (request.method === 'HEAD') return { httpStatus: 200, contentType: 'text/event-stream', body: '' };
    if (events.attach(response)) return undefined;
    return textReply(503, 'too many pages are open; close one', { 'Retry-After': '10' });
  };
  const judged = ({ httpStatus, body }: ReturnType<typeof judgeHealth>): Reply => jsonReply(httpStatus, body);

  return [
    { method: 'GET', path: '/api/containers', answer: () => jsonReply(200, state()) },
    { method: 'GET', path: '/events', answer: follow },
    { method: 'GET', path: '/healthz', answer: () => judged(judgeHealth(health(), { nowMs: now(), intervalMs })) },
    { method: 'GET', path: '/readyz', answer: () => judged(judgeReadiness(health(), { nowMs: now() })) },
    ...(options.receive ? [{ method: 'POST', path: '/v1/metrics', answer: receive } as const] : []),
  ];
}

async function pageRoutes(): Promise<readonly Route[]> {
  const files = await readPageFiles();
  return files.map(({ path, reply }) => ({ method: 'GET', path, answer: () => reply }));
}

function serverLimits({ requestTimeoutMs = REQUEST_TIMEOUT_MS }: StatusServerOptions) {
  return {
    requestTimeout: requestTimeoutMs,
    headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeoutMs),
    // How often the two above are looked at.
    connectionsCheckingInterval: Math.min(5_000, requestTimeoutMs),
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
}

/** Resolves with the port. */
function listen(server: Server, { host, port }: ListenAddress): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'EADDRINUSE' ? 'the address is in use' : cause.message;
      reject(
        new Error(`cannot listen on ${host}:${port} for the status page: ${reason}; set status.address to a free one`, {
          cause,
        }),
      );
    });
    server.listen({ host, port }, () => resolve((server.address() as AddressInfo).port));
  });
}

async function closeServer(server: Server): Promise<void> {
  const patience = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearTimeout(patience);
}
