import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
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
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const sending: Promise<number>[] = [];
  const startedAt = performance.now();
  const total = Math.floor((perSecond * durationMs) / MS_PER_SECOND);
  for (let at = 0; at < total; at++) {
    await sleep(Math.max(0, startedAt + (at * MS_PER_SECOND) / perSecond - performance.now()));
    sending.push(post(url, agent, requests[at % requests.length]!));
  }
  const accepted = await Promise.all(sending);
  agent.destroy();
  return accepted.reduce((sum, points) => sum + points, 0);
}

function post(url: string, agent: Agent, { body, points }: CapturedRequest): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers: HEADERS, agent }, (answer) => {
      answer.resume();
      answer.once('end', () => {
        if (answer.statusCode === 200) resolve(points);
        else reject(new Error(`the Collector answered ${answer.statusCode}`));
      });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
