import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import type { OnLimit } from '../../limits.ts';
import { askEngine, type Question } from './answer.ts';
import { CONTAINER, IMAGE, INFO, LIST_ENTRY, SIZE, VERSION } from './answer-shapes.ts';
import { type DockerEndpoint, type DockerHostOptions, parseDockerHost, readTlsFiles } from './endpoint.ts';
import { failureOf } from './failure.ts';
import { loadDockerode } from './load-dockerode.ts';
import { withTimeLimit } from './time-limit.ts';
import { type EngineVersion, parseEngineVersion } from './version.ts';

export type DockerClientOptions = DockerHostOptions & {
  /** Limit of each request in milliseconds. */
  readonly timeoutMs: number;
  /** Hears of each request that was answered or failed; the stream of events counts until it begins. */
  readonly onRequest?: (request: EngineRequest) => void;
  readonly onLimit?: OnLimit;
};

export type EngineRequest = {
  /** Path with its variable parts named: `/containers/{id}/json`. */
  readonly urlTemplate: string;
  readonly seconds: number;
  /** The failure's code; absent where there was none. */
  readonly errorType?: string;
};

/** Lists of values by filter name, e.g. `{ status: ['running'] }`. */
export type Filters = Readonly<Record<string, readonly string[]>>;

/** Each request rejects with an error that failure.ts can read; answers are JSON nobody has looked at yet. */
export type DockerClient = {
  /** Where the engine is, for people; never with a password in it. */
  readonly label: string;
  readonly timeoutMs: number;
  /** Asks the engine's version and speaks the API chosen from it in every later request. Never pinned. */
  negotiate(signal?: AbortSignal): Promise<EngineVersion>;
  info(signal?: AbortSignal): Promise<unknown>;
  /** `limit`: the latest created only, and so many of them. */
  list(filters: Filters, signal?: AbortSignal, limit?: number): Promise<unknown>;
  /** `reference`: an identifier or a name. */
  inspect(reference: string, signal?: AbortSignal): Promise<unknown>;
  /** Like inspect, with the size of the container's own layer, for which the engine may walk many files. */
  size(reference: string, signal?: AbortSignal): Promise<unknown>;
  inspectImage(id: string, signal?: AbortSignal): Promise<unknown>;
  /** Newline-delimited JSON until the signal or the engine ends it; no time limit, since silence is normal. */
  events(request: { readonly filters: Filters; readonly sinceSeconds: number }, signal: AbortSignal): Promise<Readable>;
  /** Breaks off every request under way and refuses later ones. */
  close(): void;
};

const KEEP_ALIVE_DELAY_MS = 30_000;
const MS_PER_SECOND = 1_000;
/** A layer may hold millions of files. */
const SIZE_TIMEOUT_MS = 60_000;

const containerPath = (reference: string): string => `/containers/${encodeURIComponent(reference)}/json`;

/** Throws where `host` cannot be used. Nothing is loaded or asked before the first request. */
export function createDockerClient(options: DockerClientOptions): DockerClient {
  const endpoint = parseDockerHost(options);
  const { onLimit = () => undefined } = options;
  const closing = new AbortController();
  let docker: Docker | undefined;

  const connect = async (apiVersion?: string): Promise<Docker> => {
    const connection = await connectionOptions(endpoint, options.certPath);
    const Dockerode = loadDockerode();
    return new Dockerode({ ...connection, ...(apiVersion !== undefined && { version: `v${apiVersion}` }) });
  };

  const timed = async <T>(urlTemplate: string, run: () => Promise<T>): Promise<T> => {
    const startedAtMs = performance.now();
    const report = (error: { errorType?: string }): void =>
      options.onRequest?.({ urlTemplate, seconds: (performance.now() - startedAtMs) / MS_PER_SECOND, ...error });
    try {
      const answer = await run();
      report({});
      return answer;
    } catch (error) {
      report({ errorType: failureOf(error).code });
      throw error;
    }
  };

  const ask = (engine: Docker, question: Question): Promise<unknown> => askEngine(engine, question, onLimit);

  const limited = <T>(
    urlTemplate: string,
    signal: AbortSignal | undefined,
    run: (docker: Docker, signal: AbortSignal) => Promise<T>,
    timeoutMs = options.timeoutMs,
  ): Promise<T> => {
    const ended = AbortSignal.any(signal ? [closing.signal, signal] : [closing.signal]);
    return withTimeLimit({ timeoutMs, signal: ended }, async (abortSignal) => {
      docker ??= await connect();
      const engine = docker;
      return await timed(urlTemplate, () => run(engine, abortSignal));
    });
  };

  return {
    label: endpoint.label,
    timeoutMs: options.timeoutMs,
    negotiate: async (signal) => {
      docker = await connect();
      const version = await limited('/version', signal, (engine, abortSignal) =>
        askVersion(() => ask(engine, { path: '/version', shape: VERSION, abortSignal })),
      );
      docker = await connect(version.apiVersion);
      return version;
    },
    info: (signal) =>
      limited('/info', signal, (engine, abortSignal) => ask(engine, { path: '/info', shape: INFO, abortSignal })),
    list: (filters, signal, limit) =>
      limited('/containers/json', signal, (engine, abortSignal) => {
        const query = { filters: JSON.stringify(filters), ...(limit !== undefined && { limit }) };
        return ask(engine, { path: '/containers/json', query, shape: LIST_ENTRY, limit: 'engineList', abortSignal });
      }),
    inspect: (reference, signal) =>
      limited('/containers/{id}/json', signal, (engine, abortSignal) =>
        ask(engine, { path: containerPath(reference), shape: CONTAINER, abortSignal }),
      ),
    size: (reference, signal) =>
      limited(
        '/containers/{id}/json?size=true',
        signal,
        (engine, abortSignal) =>
          ask(engine, { path: containerPath(reference), query: { size: true }, shape: SIZE, abortSignal }),
        SIZE_TIMEOUT_MS,
      ),
    inspectImage: (id, signal) =>
      limited('/images/{id}/json', signal, (engine, abortSignal) =>
        ask(engine, { path: `/images/${encodeURIComponent(id)}/json`, shape: IMAGE, abortSignal }),
      ),
    events: async ({ filters, sinceSeconds }, signal) => {
      docker ??= await connect();
      const engine = docker;
      const abortSignal = AbortSignal.any([signal, closing.signal]);
      const request = { filters: JSON.stringify(filters), since: sinceSeconds, abortSignal };
      const stream = (await timed('/events', () => engine.getEvents(request))) as Readable & {
        readonly socket?: Socket;
      };
      // Finds out that a remote engine is gone without saying so; its silence alone means nothing.
      stream.socket?.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
      return stream;
    },
    close: () => closing.abort(new Error('the Docker client is closed')),
  };
}

async function askVersion(ask: () => Promise<unknown>): Promise<EngineVersion> {
  let answer: unknown;
  try {
    answer = await ask();
  } catch (error) {
    // Socket proxies may forbid this one request; without a version in the path the engine takes its own.
    if (['HTTP_403', 'HTTP_404'].includes(failureOf(error).code)) return { runtime: 'docker' };
    throw error;
  }
  const version = parseEngineVersion(answer);
  if (version === undefined) throw Object.assign(new Error('GET /version gave no ApiVersion'), { code: 'GARBAGE' });
  return version;
}

async function connectionOptions(endpoint: DockerEndpoint, certPath: string): Promise<Docker.DockerOptions> {
  const tls = endpoint.kind === 'tcp' && endpoint.protocol === 'https' ? await readTlsFiles(certPath) : {};
  // Every key that docker-modem would take from the environment is set, if only to undefined: the configuration has
  // read the environment already, and may have decided otherwise.
  const fromEnvironment = { host: undefined, port: undefined, socketPath: undefined, ca: undefined, cert: undefined };
  const address =
    endpoint.kind === 'unix'
      ? { socketPath: endpoint.socketPath, protocol: 'http' as const }
      : { host: endpoint.hostname, port: endpoint.port, protocol: endpoint.protocol };
  // No connection is kept for later: requests are rare, and a kept one would fail after the engine's restart.
  const headers = { Connection: 'close' };
  const options = { ...fromEnvironment, key: undefined, timeout: undefined, ...address, ...tls, headers };
  return options as Docker.DockerOptions;
}
