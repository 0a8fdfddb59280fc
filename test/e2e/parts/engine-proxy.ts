import { rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Releasers } from './releasers.ts';
import { createTempDir } from './temp-dir.ts';

/** What becomes of a request: it goes to the engine, at once or later; or it is answered without it. */
export type EngineFault = { readonly delayMs: number } | { readonly answer: string };

export type EngineProxy = {
  /** As DOCKER_HOST wants it. */
  readonly host: string;
  /** How later connections go wrong; without a fault they reach the engine. */
  set(fault?: EngineFault): void;
  /** Breaks off every connection, as that of the events. */
  cut(): void;
  /** The socket is removed and another one is made in its place. Whoever is connected stays so. */
  replace(): Promise<void>;
};

const http = (status: string, type: string, body: string): EngineFault => ({
  answer: `HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
});

export const ENGINE_FAULTS = {
  'answers after 30 s': { delayMs: 30_000 },
  'answers with errors': http('500 Internal Server Error', 'application/json', '{"message":"something went wrong"}'),
  'answers with a page': http('200 OK', 'text/html', '<html>hello</html>'),
  'answers with other JSON': http('200 OK', 'application/json', '{"ApiVersion":"1.41","hello":[1]}'),
  'answers without HTTP': { answer: '\u0000\u001b[31mnot HTTP\r\n\r\n' },
} satisfies Record<string, EngineFault>;

/** Stands between an agent and a real engine, each with its own connection. */
export async function startEngineProxy(releasers: Releasers, engineSocket: string): Promise<EngineProxy> {
  const path = join(await createTempDir(releasers), 'docker.sock');
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  let fault: EngineFault | undefined;

  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    // A broken connection is what the tests are about.
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    return socket;
  };
  const forward = (agent: Socket): void => {
    if (agent.destroyed) return;
    const engine = keep(connect(engineSocket));
    agent.pipe(engine).pipe(agent);
    agent.on('close', () => engine.destroy());
    engine.on('close', () => agent.destroy());
  };
  const accept = (agent: Socket): void => {
    keep(agent);
    if (fault === undefined) forward(agent);
    else if ('answer' in fault) {
      const { answer } = fault;
      agent.once('data', () => agent.end(answer));
    } else {
      const timer = setTimeout(() => {
        timers.delete(timer);
        forward(agent);
      }, fault.delayMs);
      timers.add(timer);
    }
  };
  const listen = async (): Promise<Server> => {
    const server = createServer(accept);
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
    return server;
  };
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };

  const servers = [await listen()];
  releasers.add('engine proxy', () => {
    for (const timer of timers) clearTimeout(timer);
    for (const server of servers) server.close();
    cut();
  });
  return {
    host: `unix://${path}`,
    set: (next) => {
      fault = next;
    },
    cut,
    replace: async () => {
      rmSync(path);
      servers.push(await listen());
    },
  };
}
