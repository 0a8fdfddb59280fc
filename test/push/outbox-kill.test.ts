import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { openOutboxFile } from '../../src/push/outbox-file.ts';
import { createLogLines } from '../fakes/log-lines.ts';
import { createOtlpEndpoint } from '../fakes/otlp-endpoint.ts';
import { createRandom } from '../random.ts';
import { startQueuing } from './outbox-child.ts';
import { createTestOutbox, drain } from './outboxes.ts';

const KILLS = 200;
const SEED = 20_261_123;
/** Shorter and longer than a few batches take. */
const LONGEST_LIFE_MS = 60;

type Sent = {
  readonly n: number;
  /** The process that sent it. */
  readonly life: number;
  readonly isTaken: boolean;
  readonly isAnswered: boolean;
};

/**
 * The requests that were taken and whose batch came again, or still waits. The answer to each has to be lost: it was cut
 * off, or its process was killed before it could do anything more.
 */
function sentAgain(requests: readonly Sent[], waiting: ReadonlySet<number>) {
  return requests.flatMap((request, index) => {
    if (!request.isTaken) return [];
    const later = requests.slice(index + 1);
    const comesAgain = waiting.has(request.n) || later.some(({ n, isTaken }) => isTaken && n === request.n);
    if (!comesAgain) return [];
    return [{ ...request, isLastOfLife: !later.some(({ life }) => life === request.life) }];
  });
}

const numberOf = (text: string): number => Number(/^\d+/.exec(text)?.[0]);

const releasers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const release of releasers.splice(0).reverse()) await release();
});

/** Away so often; sometimes it takes a batch and its answer is lost on the way. */
async function createReceiver(name: string, random: () => number, away: number) {
  const endpoint = await createOtlpEndpoint();
  releasers.push(endpoint.close);
  const accepted: number[] = [];
  const bodies = new Map<number, string>();
  const requests: Sent[] = [];
  endpoint.answer((response, { body, headers }) => {
    const luck = random();
    const n = numberOf(String(body));
    const isTaken = luck >= away;
    const isAnswered = luck <= 0.9;
    requests.push({ n, life: Number(headers['x-life']), isTaken, isAnswered });
    if (!isTaken) return void response.writeHead(503).end();
    expect(bodies.get(n) ?? String(body), 'sent twice, it is the same').toBe(String(body));
    bodies.set(n, String(body));
    accepted.push(n);
    if (!isAnswered) return void response.socket?.destroy();
    response.end();
  });
  return { name, accepted, requests, url: `${endpoint.url}?name=${name}` };
}

it(`loses no batch that it has taken in ${KILLS} kills at random instants, and keeps the order, for each destination`, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'plimsoll-kills-'));
  releasers.push(async () => rmSync(directory, { recursive: true }));
  const random = createRandom(SEED);
  // The one is mostly away, the other mostly there: where they stand differs at each kill.
  const receivers = [await createReceiver('far', random, 0.6), await createReceiver('near', random, 0.2)];
  const takenPath = join(directory, 'taken');
  const taken = () => (existsSync(takenPath) ? readFileSync(takenPath, 'utf8').split('\n').filter(Boolean) : []);

  const lives: number[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    // Not the number of one that was killed before it wrote down what it had queued: each batch is another.
    lives.push(Math.max(numberOf(taken().at(-1) ?? '0'), lives.at(-1) ?? 0) + 1000);
    const urls = receivers.map(({ url }) => url);
    const child = await startQueuing(directory, lives.at(-1)!, urls);
    await sleep(random() * LONGEST_LIFE_MS);
    await child.kill();
  }

  const { log, texts } = createLogLines();
  const file = openOutboxFile({ directory, log, unixMs: Date.now })!;
  const waiting = receivers.map(({ name }) => {
    const { outbox } = createTestOutbox({ store: file.store(name), unixMs: Date.now, maxAgeMs: 2 ** 40 });
    return drain(outbox).map(numberOf);
  });
  file.close();
  expect(readdirSync(directory).filter((name) => name.includes('set-aside'))).toEqual([]);

  for (const [index, { name, accepted, requests }] of receivers.entries()) {
    /** The lives that lost something. */
    const lost: number[] = [];
    const arrived = new Set([...accepted, ...waiting[index]!]);
    for (const line of taken()) {
      if (arrived.has(numberOf(line))) continue;
      const sign = line.slice(`${numberOf(line)}`.length)[index];
      expect(sign, `${name}: only a batch that was being sent for the first time may be lost`).toBe('!');
      lost.push(lives.findLast((first) => first <= numberOf(line))!);
    }
    expect(arrived.size).toBeGreaterThan(KILLS);
    expect(new Set(lost).size, `${name}: no life lost more than one`).toBe(lost.length);
    const order = [...accepted, ...waiting[index]!];
    expect(order.filter((n, at) => at > 0 && n < order[at - 1]!)).toEqual([]);
    const again = sentAgain(requests, new Set(waiting[index]));
    expect(again.length, `${name}: some answers were lost`).toBeGreaterThan(0);
    expect(again.filter(({ isAnswered, isLastOfLife }) => isAnswered && !isLastOfLife)).toEqual([]);
  }
  expect(texts()).toEqual([]);
  const database = new DatabaseSync(join(directory, 'outbox.db'));
  expect(database.prepare('SELECT count(*) AS n FROM body').get(), 'nothing is left that nobody waits for').toEqual({
    n: 0,
  });
  database.close();
}, 180_000);
