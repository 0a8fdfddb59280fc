import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { LIMITS, type OnLimit } from '../../src/limits.ts';
import { createEventStream } from '../../src/status/events.ts';
import { createLatestContainers } from '../../src/status/latest.ts';
import { createStatusServer } from '../../src/status/server.ts';
import { container, type Push, requestOf } from '../status/pushes.ts';
import type { Meet } from './meet.ts';

/** How each limit of the page and of the embedded receiver is met. */

/** Folds one request in, of as many pushes. */
const shown =
  (pushes: () => readonly Push[]): Meet =>
  (onLimit) =>
    createLatestContainers({ intervalMs: 1_000, onLimit }).apply(requestOf(...pushes()), 0);

const PATIENCE_MS = 4_000;

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

async function withServer(onLimit: OnLimit, use: (url: URL) => Promise<void>): Promise<void> {
  const server = createStatusServer({
    address: '127.0.0.1:0',
    intervalMs: 10_000,
    now: () => 1_000,
    log: pino({ level: 'silent' }),
    health: () => ({ startedAtMs: 0 }),
    receive: true,
    maxEventClients: 1,
    onLimit,
  });
  try {
    await use(new URL((await server.start()).url));
  } finally {
    await server.close();
  }
}

async function open(count: number, { port, hostname }: URL, meanwhile: () => Promise<void>): Promise<void> {
  const sockets: Socket[] = numbers(count).map(() => connect(Number(port), hostname).on('error', () => undefined));
  try {
    await meanwhile();
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

export const PAGE_LIMITS = {
  pageContainers: shown(() => numbers(LIMITS.pageContainers.max + 1).map((index) => container(`c${index}`))),
  pageSeries: shown(() => {
    const series = Object.fromEntries(numbers(LIMITS.pageSeries.max + 1).map((index) => [`eth${index} receive`, 1]));
    return [container('a', { metrics: { 'container.network.io': series } })];
  }),
  pageOthers: shown(() =>
    numbers(LIMITS.pageOthers.max + 1).map((index) => container('', { resource: { 'service.name': `s${index}` } })),
  ),
  pageAttributes: shown(() => {
    const attributes = Object.fromEntries(numbers(LIMITS.pageAttributes.max + 1).map((index) => [`a${index}`, 'x']));
    return [container('a', { resource: { 'container.id': 'a', ...attributes } })];
  }),
  pageClients: (onLimit) =>
    withServer(onLimit, async (url) => {
      const aborting = new AbortController();
      const follow = (): Promise<Response> => fetch(new URL('/events', url), { signal: aborting.signal });
      const answers = [await follow(), await follow()];
      aborting.abort();
      if (answers[1]?.status !== 503) throw new Error(`a second page got ${answers[1]?.status}`);
    }),
  pageUnsent: async (onLimit) => {
    const state = (): string => 'x'.repeat(LIMITS.pageUnsent.max);
    const events = createEventStream({ state, heartbeatMs: 20, maxClients: 1, onLimit });
    const response = { writableLength: 0, on: () => undefined, writeHead: () => undefined };
    const unread = {
      ...response,
      write: (text: string) => {
        unread.writableLength += text.length;
      },
      destroy: () => undefined,
      end: () => undefined,
    };
    events.attach(unread as unknown as Parameters<typeof events.attach>[0]);
    await sleep(60);
    events.close();
  },
  receivedBody: (onLimit) =>
    withServer(onLimit, async (url) => {
      const body = Buffer.alloc(LIMITS.receivedBody.max + 1);
      const headers = { 'Content-Type': 'application/x-protobuf' };
      await (await fetch(new URL('/v1/metrics', url), { method: 'POST', body, headers })).text();
    }),
  statusConnections: async (onLimit) => {
    let isReached = false;
    const hear: OnLimit = (limit) => {
      isReached = true;
      onLimit(limit);
    };
    await withServer(hear, (url) =>
      open(LIMITS.statusConnections.max + 1, url, async () => {
        for (let waited = 0; waited < PATIENCE_MS && !isReached; waited += 20) await sleep(20);
      }),
    );
  },
} as const satisfies Record<string, Meet>;
