import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InspectDocument } from './docker-documents.ts';
import { createEngineState, type EngineEvent, type EngineState } from './docker-engine-state.ts';

/** How requests whose path matches go wrong. The first fault that matches counts. */
export type Fault = {
  readonly path?: RegExp;
  readonly delayMs?: number;
  readonly status?: number;
  /** Sent as it is instead of the true answer. */
  readonly body?: string | Buffer;
  /** Likewise, in pieces, as for what is too large to be held. */
  readonly pieces?: () => Iterable<Buffer>;
  /** Breaks the connection off after the first bytes of an answer. */
  readonly cut?: boolean;
};

export type FakeDockerEngine = EngineState & {
  /** For `docker.host`. */
  readonly host: string;
  readonly socketPath: string;
  /** Every request since the start or the last `requests.length = 0`, as `GET /v1.41/containers/json?…`, decoded. */
  readonly requests: string[];
  /** Answers of /version and /info; may be changed. */
  readonly version: Record<string, unknown>;
  readonly info: Record<string, unknown>;
  /** Answers of /images/{id}/json by identifier. */
  readonly images: Map<string, unknown>;
  /** Writes into the streams of events whatever it is given. */
  writeRaw(text: string): void;
  /** How many listen to events. */
  listeners(): number;
  /** How many connections are open. */
  connections(): Promise<number>;
  cutEvents(): void;
  setFaults(...faults: Fault[]): void;
  /** The socket goes away, as when dockerd stops, and comes back with `open`. */
  shut(): Promise<void>;
  open(): Promise<void>;
  close(): Promise<void>;
};

type Filters = Record<string, string[] | undefined>;
type Listener = { readonly response: ServerResponse; readonly filters: Filters };
type Api = Pick<FakeDockerEngine, 'version' | 'info' | 'requests' | 'images'> & {
  readonly state: EngineState;
  readonly listeners: Set<Listener>;
  faults: readonly Fault[];
};

/** A Docker engine as far as discovery sees one: a real HTTP server on a Unix socket, fed with plain data. */
export async function createFakeDockerEngine(): Promise<FakeDockerEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'fake-docker-'));
  const socketPath = join(folder, 'docker.sock');
  const listeners = new Set<Listener>();
  const state = createEngineState((event) => {
    for (const listener of listeners) send(listener, event);
  });
  const api: Api = {
    state,
    listeners,
    requests: [],
    images: new Map(),
    faults: [],
    version: { ApiVersion: '1.41', MinAPIVersion: '1.12', Version: '20.10.24', Components: [{ Name: 'Engine' }] },
    info: { ID: 'FAKE:ENGINE:ID', Name: 'fake-host', ServerVersion: '20.10.24' },
  };
  let server: Server | undefined;

  const open = async (): Promise<void> => {
    const opening = createServer((request, response) => void handle(api, request, response));
    await new Promise<void>((resolve, reject) => opening.once('error', reject).listen(socketPath, resolve));
    server = opening;
  };

  const shut = async (): Promise<void> => {
    const closing = server;
    server = undefined;
    closing?.closeAllConnections();
    await new Promise((resolve) => (closing ? closing.close(resolve) : resolve(undefined)));
  };

  await open();
  return {
    ...state,
    host: `unix://${socketPath}`,
    socketPath,
    requests: api.requests,
    version: api.version,
    info: api.info,
    images: api.images,
    writeRaw: (text) => {
      for (const { response } of listeners) response.write(text);
    },
    listeners: () => listeners.size,
    connections: () =>
      new Promise((resolve, reject) => {
        if (server) server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
        else resolve(0);
      }),
    cutEvents: () => {
      for (const { response } of listeners) response.destroy();
    },
    setFaults: (...faults) => {
      api.faults = faults;
    },
    shut,
    open,
    close: async () => {
      await shut();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function handle(api: Api, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://docker');
  api.requests.push(`${request.method} ${decodeURIComponent(request.url ?? '')}`);
  const fault = api.faults.find(({ path }) => path?.test(url.pathname) ?? true);
  if (fault?.delayMs !== undefined) await sleep(fault.delayMs);
  if (fault?.cut) {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.write('[{"Id":', () => response.destroy());
  } else if (fault?.pieces) {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    // Whoever asks may have enough of it before its end.
    await pipeline(Readable.from(fault.pieces(), { highWaterMark: 1 }), response).catch(() => undefined);
  } else if (fault?.status !== undefined || fault?.body !== undefined) {
    response.writeHead(fault.status ?? 200, { 'Content-Type': 'application/json' });
    response.end(fault.body ?? '{"message":"the fake engine was told to fail"}');
  } else answer(api, url, response);
}

function answer(api: Api, url: URL, response: ServerResponse): void {
  const path = url.pathname.replace(/^\/v\d+\.\d+(?=\/)/, '');
  const [, reference] = /^\/containers\/([^/]+)\/json$/.exec(path) ?? [];
  const [, image] = /^\/images\/([^/]+)\/json$/.exec(path) ?? [];
  if (path === '/_ping') response.setHeader('Api-Version', String(api.version['ApiVersion'])).end('OK');
  else if (path === '/version') json(response, 200, api.version);
  else if (path === '/info') json(response, 200, api.info);
  else if (path === '/events') listen(api, url.searchParams, response);
  else if (path === '/containers/json') json(response, 200, listed(api.state, url.searchParams));
  else if (image !== undefined) answerImage(api, decodeURIComponent(image), response);
  else if (reference !== undefined) {
    const found = find(api.state, decodeURIComponent(reference));
    if (found) json(response, 200, url.searchParams.has('size') ? found : { ...found, SizeRw: undefined });
    else json(response, 404, { message: `No such container: ${reference}` });
  } else json(response, 404, { message: 'page not found' });
}

function listen({ state, listeners }: Api, query: URLSearchParams, response: ServerResponse): void {
  const listener = { response, filters: filtersOf(query) };
  response.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders();
  const since = query.get('since');
  if (since !== null) for (const event of state.events) if (event.time >= Number(since)) send(listener, event);
  listeners.add(listener);
  response.on('close', () => listeners.delete(listener));
}

function send({ response, filters }: Listener, event: EngineEvent): void {
  const action = event.Action.split(':', 1)[0] ?? '';
  const isWanted = (filters['type']?.includes(event.Type) ?? true) && (filters['event']?.includes(action) ?? true);
  if (isWanted) response.write(`${JSON.stringify(event)}\n`);
}

function filtersOf(query: URLSearchParams): Filters {
  return JSON.parse(query.get('filters') ?? '{}') as Filters;
}

function find({ containers }: EngineState, reference: string): InspectDocument | undefined {
  return containers.get(reference) ?? [...containers.values()].find(({ Name }) => Name === `/${reference}`);
}

function answerImage({ images }: Api, id: string, response: ServerResponse): void {
  if (images.has(id)) json(response, 200, images.get(id));
  else json(response, 404, { message: `No such image: ${id}` });
}

function listed({ containers }: EngineState, query: URLSearchParams): unknown[] {
  const statuses = filtersOf(query)['status'] ?? ['running', 'paused', 'restarting'];
  const limit = Number(query.get('limit') ?? Number.POSITIVE_INFINITY);
  return [...containers.values()]
    .filter(({ State }) => statuses.includes(State.Status))
    .toSorted((a, b) => Date.parse(b.Created) - Date.parse(a.Created))
    .slice(0, limit)
    .map(({ Id, Name, State, Config, Created }) => ({
      Id,
      Names: [Name],
      Image: Config.Image,
      State: State.Status,
      Status: statusText(State),
      Created: Math.floor(Date.parse(Created) / 1_000),
    }));
}

/** In the engine's words, as far as minutes and hours. */
function statusText({ Status, ExitCode, FinishedAt }: InspectDocument['State']): string {
  if (Status !== 'exited') return Status === 'created' ? 'Created' : 'Up 5 minutes';
  const minutes = Math.floor((Date.now() - Date.parse(FinishedAt)) / 60_000);
  const age =
    minutes < 1 ? 'Less than a second' : minutes < 46 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
  return `Exited (${ExitCode}) ${age} ago`;
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
