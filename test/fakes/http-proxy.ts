import { createServer, request as httpRequest } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export type HttpProxy = {
  readonly url: string;
  /** What it was asked: `CONNECT host:port` for a tunnel, `POST http://…` for a request to forward. */
  readonly asked: string[];
  close(): Promise<void>;
};

/** A real forwarding and tunnelling proxy; with credentials, `user:password`, it serves nobody else. */
export async function createHttpProxy(credentials?: string): Promise<HttpProxy> {
  const wanted = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
  const asked: string[] = [];
  const tunnels = new Set<Socket>();
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const { method = 'GET', url = '', headers } = request;
    if (wanted && headers['proxy-authorization'] !== wanted) {
      request.resume();
      response.writeHead(407, { 'proxy-authenticate': 'Basic' }).end();
      return;
    }
    delete headers['proxy-authorization'];
    const forwarded = httpRequest(url, { method, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(forwarded);
  });
  server.on('connect', (request, socket: Socket) => {
    asked.push(`CONNECT ${request.url}`);
    if (wanted && request.headers['proxy-authorization'] !== wanted) {
      socket.end(
        'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n',
      );
      return;
    }
    const [host, port] = (request.url ?? '').split(':');
    const tunnel = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      socket.pipe(tunnel).pipe(socket);
    });
    for (const each of [socket, tunnel]) {
      tunnels.add(each);
      // Either side may be cut when a test ends.
      each.on('error', () => each.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () => {
      for (const tunnel of tunnels) tunnel.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
