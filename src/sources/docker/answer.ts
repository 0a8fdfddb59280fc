import { addAbortSignal, type Readable } from 'node:stream';
import type Docker from 'dockerode';
import { LIMITS, type OnLimit } from '../../limits.ts';
import { field, text } from './json.ts';
import { createJsonSieve } from './json-sieve.ts';
import type { Shape } from './json-tree.ts';

/** One GET of the engine's API. */
export type Question = {
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  /** What is wanted of the answer. */
  readonly shape: Shape;
  /** Of the answer as it comes, or, for lists, whose length is the sum over all containers, of what is kept of it. */
  readonly limit?: 'engineAnswer' | 'engineList';
  readonly abortSignal: AbortSignal;
};

type Answer = Readable & { readonly statusCode?: number };

const MAX_MEMBERS = LIMITS.engineMembers.max;
const MESSAGE: Shape = { message: true };
/** dockerode would hold all of an answer with another status; here the status is looked at afterwards. */
const ANY_STATUS = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [100 + index, true]));

/** Undefined where the answer is no JSON. Rejects with the status as `statusCode` where the engine refuses. */
export async function askEngine(docker: Docker, question: Question, onLimit: OnLimit): Promise<unknown> {
  const answer = await open(docker, question);
  const { statusCode = 0 } = answer;
  if (statusCode >= 200 && statusCode < 300) return read(answer, question, onLimit);
  const message = text(field(await read(answer, { ...question, shape: MESSAGE }, onLimit), 'message')) ?? 'no message';
  throw Object.assign(new Error(`(HTTP code ${statusCode}) ${message}`), { statusCode });
}

function open(docker: Docker, { path, query = {}, abortSignal }: Question): Promise<Answer> {
  const request = { method: 'GET', isStream: true, statusCodes: ANY_STATUS, abortSignal };
  return new Promise((resolve, reject) => {
    docker.modem.dial({ ...request, path: `${path}?`, options: { ...query } }, (error: unknown, answer: unknown) => {
      if (error) reject(error);
      else resolve(addAbortSignal(abortSignal, answer as Answer));
    });
  });
}

async function read(answer: Answer, { shape, limit = 'engineAnswer' }: Question, onLimit: OnLimit): Promise<unknown> {
  const maxBytes = LIMITS[limit].max;
  const sieve = createJsonSieve({ shape, maxMembers: MAX_MEMBERS, maxBytes });
  let bytes = 0;
  // Leaving early ends the connection, so that the engine does not go on writing.
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    sieve.write(chunk);
    bytes += chunk.length;
    if (limit === 'engineAnswer' && bytes > maxBytes) {
      onLimit(limit, bytes - maxBytes);
      return sieve.value(false);
    }
  }
  if (limit === 'engineList' && sieve.leftOut() > 0) onLimit(limit, sieve.leftOut());
  return sieve.value(true);
}
