import type { ServerResponse } from 'node:http';
import { LIMITS, type OnLimit } from '../limits.ts';
import { SECURITY_HEADERS } from './reply.ts';

/** Server-sent events (html.spec.whatwg.org, "Server-sent events"): one event name, each with the whole state. */
export type EventStream = {
  /** Keeps the response open and sends the state at once. False, and nothing done, where there are too many clients. */
  attach(response: ServerResponse): boolean;
  /** The state has changed. Costs nothing while nobody looks; several changes in a row are sent as one. */
  changed(): void;
  close(): void;
};

const GATHER_MS = 200;
const RECONNECT_AFTER_MS = 2_000;
/** A client that reads slower than this is cut off, and comes back by itself. */
const MAX_UNSENT_BYTES = LIMITS.pageUnsent.max;

export function createEventStream(options: {
  readonly state: () => unknown;
  /** The longest silence: then the state is sent again, by which a client tells an idle server from a lost one. */
  readonly heartbeatMs: number;
  readonly maxClients: number;
  readonly onLimit: OnLimit;
}): EventStream {
  const clients = new Set<ServerResponse>();
  let gathering: NodeJS.Timeout | undefined;
  let heartbeat: NodeJS.Timeout | undefined;

  const message = (): string => `event: state\ndata: ${JSON.stringify(options.state())}\n\n`;

  const sendAll = (): void => {
    clearTimeout(gathering);
    gathering = undefined;
    if (clients.size === 0) return;
    heartbeat?.refresh();
    const text = message();
    for (const client of clients) {
      if (client.writableLength > MAX_UNSENT_BYTES) {
        options.onLimit('pageUnsent');
        client.destroy();
      } else client.write(text);
    }
  };

  const detach = (client: ServerResponse): void => {
    clients.delete(client);
    if (clients.size > 0) return;
    clearInterval(heartbeat);
    heartbeat = undefined;
  };

  return {
    attach(response) {
      if (clients.size >= options.maxClients) {
        options.onLimit('pageClients');
        return false;
      }
      clients.add(response);
      heartbeat ??= setInterval(sendAll, options.heartbeatMs).unref();
      response.on('close', () => detach(response));
      response.writeHead(200, { ...SECURITY_HEADERS, 'Content-Type': 'text/event-stream; charset=utf-8' });
      response.write(`retry: ${RECONNECT_AFTER_MS}\n\n${message()}`);
      return true;
    },
    changed() {
      if (clients.size > 0) gathering ??= setTimeout(sendAll, GATHER_MS).unref();
    },
    close() {
      clearTimeout(gathering);
      for (const client of clients) client.end();
    },
  };
}
