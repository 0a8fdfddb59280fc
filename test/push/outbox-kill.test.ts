import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
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

const numberOf = (text: string): number => Number(/^\d+/.exec(text)?.[0]);

it(`loses no batch that it has taken in ${KILLS} kills at random instants, and keeps the order`, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'plimsoll-kills-'));
  const endpoint = await createOtlpEndpoint();
  const random = createRandom(SEED);
  const accepted: number[] = [];
  const bodies = new Map<number, string>();
  endpoint.answer((response, { body }) => {
    // Mostly away; sometimes it takes a batch and its answer is lost on the way.
    const luck = random();
    if (luck < 0.6) return void response.writeHead(503).end();
    const n = numberOf(String(body));
    expect(bodies.get(n) ?? String(body), 'sent twice, it is the same').toBe(String(body));
    bodies.set(n, String(body));
    accepted.push(n);
    if (luck > 0.9) return void response.socket?.destroy();
    response.end();
  });
  const takenPath = join(directory, 'taken');
  const taken = () => (existsSync(takenPath) ? readFileSync(takenPath, 'utf8').split('\n').filter(Boolean) : []);

  const lives: number[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    lives.push(numberOf(taken().at(-1) ?? '0') + 1000);
    const child = await startQueuing(directory, endpoint.url, lives.at(-1)!);
    await sleep(random() * LONGEST_LIFE_MS);
    await child.kill();
  }
  await endpoint.close();

  const { log, texts } = createLogLines();
  const file = openOutboxFile({ directory, log, unixMs: Date.now })!;
  const { outbox } = createTestOutbox({ store: file.store('default'), unixMs: Date.now, maxAgeMs: 2 ** 40 });
  const waiting = drain(outbox).map(numberOf);
  file.close();

  /** The lives that lost something. */
  const lost: number[] = [];
  const arrived = new Set([...accepted, ...waiting]);
  for (const line of taken()) {
    if (arrived.has(numberOf(line))) continue;
    expect(line, 'only a batch that was being sent for the first time may be lost').toMatch(/!$/);
    lost.push(lives.findLast((first) => first <= numberOf(line))!);
  }
  rmSync(directory, { recursive: true });
  expect(texts()).toEqual([]);
  expect(arrived.size).toBeGreaterThan(KILLS);
  expect(new Set(lost).size, 'no life lost more than one').toBe(lost.length);
  const order = [...accepted, ...waiting];
  expect(order.filter((n, index) => index > 0 && n < order[index - 1]!)).toEqual([]);
}, 180_000);
