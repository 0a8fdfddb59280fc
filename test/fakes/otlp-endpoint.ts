import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

export type Received = { readonly url: string; readonly headers: IncomingHttpHeaders; readonly body: Buffer };

export type OtlpEndpoint = {
  readonly url: string;
  readonly port: number;
  /** Every request whose body came in whole. */
  readonly received: Received[];
  /** Whatever the next requests are answered with. */
  answer(how: Answer): void;
  close(): Promise<void>;
};

export type Answer = (response: ServerResponse, received: Received) => void;

export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}, body: string | Uint8Array = ''): Answer =>
  (response) =>
    void response.writeHead(code, headers).end(body);

/** A real HTTP(S) server on this machine that answers as it is told to; at first 200 with an empty body. */
export async function createOtlpEndpoint(tls?: ServerOptions, atPort = 0): Promise<OtlpEndpoint> {
  const received: Received[] = [];
  let how: Answer = status(200);
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const each = { url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) };
      received.push(each);
      how(response, each);
    });
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(atPort, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/v1/metrics`,
    port,
    received,
    answer: (next) => {
      how = next;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
