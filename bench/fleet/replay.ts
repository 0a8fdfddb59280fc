import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import type { CapturedRequest } from './requests.ts';

export type ReplayOptions = {
  /** Of the Collector. */
  readonly url: string;
  readonly requests: readonly CapturedRequest[];
  readonly perSecond: number;
  readonly durationMs: number;
};

const CONNECTIONS = 8;
const HEADERS = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' };
const MS_PER_SECOND = 1000;

/** Posts the requests at an even pace, one after the other again and again; answers the points that were accepted. */
export async function replay({ url, requests, perSecond, durationMs }: ReplayOptions): Promise<number> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: CONNECTIONS });
  const sending: Promise<number>[] = [];
  const startedAt = performance.now();
  const total = Math.floor((perSecond * durationMs) / MS_PER_SECOND);
  for (let at = 0; at < total; at++) {
    await sleep(Math.max(0, startedAt + (at * MS_PER_SECOND) / perSecond - performance.now()));
    sending.push(post(pool, pathname, requests[at % requests.length]!));
  }
  const accepted = await Promise.all(sending);
  await pool.close();
  return accepted.reduce((sum, points) => sum + points, 0);
}

async function post(pool: Pool, path: string, { body, points }: CapturedRequest): Promise<number> {
  const { statusCode, body: answer } = await pool.request({ method: 'POST', path, headers: HEADERS, body });
  const text = await answer.text();
  if (statusCode !== 200) throw new Error(`the Collector answered ${statusCode}: ${text}`);
  return points;
}
