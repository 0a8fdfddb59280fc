import type { ServerResponse } from 'node:http';

/**
 * Set on every answer. Nothing is loaded from elsewhere, nothing is framed, and no other origin is let in (no CORS).
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

export type Reply = {
  readonly httpStatus: number;
  readonly contentType: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
};

export function textReply(httpStatus: number, text: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { httpStatus, contentType: 'text/plain; charset=utf-8', body: `${text}\n`, headers };
}

export function jsonReply(httpStatus: number, value: unknown): Reply {
  return { httpStatus, contentType: 'application/json; charset=utf-8', body: JSON.stringify(value) };
}

/** Sends the whole answer, unless the client has gone. For HEAD, Node leaves the body out. */
export function sendReply(response: ServerResponse, reply: Reply): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(reply.httpStatus, {
    ...SECURITY_HEADERS,
    'Content-Type': reply.contentType,
    'Content-Length': Buffer.byteLength(reply.body),
    ...reply.headers,
  });
  response.end(reply.body);
}
