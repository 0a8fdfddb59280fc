import type { IncomingMessage, ServerResponse } from 'node:http';
import { namesLoopback } from './address.ts';
import { type Reply, textReply } from './reply.ts';

export type Route = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Undefined when the answer was taken over and is written by the route itself. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => Reply | undefined | Promise<Reply>;
};

/** Finds the route of a request and asks it. HEAD is answered as GET; Node leaves the body out. */
export async function answerFrom(
  routes: readonly Route[],
  { request, response, loopbackOnly }: { request: IncomingMessage; response: ServerResponse; loopbackOnly: boolean },
): Promise<Reply | undefined> {
  if (loopbackOnly && !namesLoopback(request.headers.host)) {
    return textReply(403, 'this address answers only to localhost, 127.0.0.1 and [::1]');
  }
  const path = (request.url ?? '').split('?', 1)[0];
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const ofPath = routes.filter((route) => route.path === path);
  const route = ofPath.find((candidate) => candidate.method === method);
  if (route !== undefined) return route.answer(request, response);
  if (ofPath.length === 0) return textReply(404, 'there is nothing at this path');
  const allowed = ofPath.map((candidate) => candidate.method).join(', ');
  return textReply(405, `only ${allowed} is answered here`, { Allow: allowed });
}
