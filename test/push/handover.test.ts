import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildPush, type Push } from '../../src/build/push.ts';
import { load } from '../config/load-fixture.ts';
import { waitFor } from '../e2e/parts/wait.ts';
import { createLogLines } from '../fakes/log-lines.ts';
import { createOtlpEndpoint, type OtlpEndpoint, status } from '../fakes/otlp-endpoint.ts';
import { batch } from './batches.ts';

/** The push path as the agent has it, with a real receiver and a real disk. */

let directory: string;
let endpoint: OtlpEndpoint;
const releasers: (() => Promise<unknown> | unknown)[] = [];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'plimsoll-handover-'));
  endpoint = await createOtlpEndpoint();
  const made = directory;
  releasers.push(() => rmSync(made, { recursive: true }), endpoint.close);
});
afterEach(async () => {
  for (const release of releasers.splice(0).reverse()) await release();
});

const INTERVAL_MS = 5_000;
const PATIENCE_MS = INTERVAL_MS / 10;

async function createPush(): Promise<Push> {
  const { log } = createLogLines();
  const { config } = load({
    env: {
      PLIMSOLL_PUSH_ENDPOINT: endpoint.url,
      PLIMSOLL_OUTBOX_DIRECTORY: directory,
      PLIMSOLL_STATUS_ENABLED: 'false',
      PLIMSOLL_COLLECTION_INTERVAL_MS: `${INTERVAL_MS}`,
    },
  });
  const push = buildPush({ config, log }, () => ({ startedAtMs: 0, engine: '' }));
  await push.start();
  let stopping: Promise<void> | undefined;
  const stop = (timeoutMs: number): Promise<void> => (stopping ??= push.stop(timeoutMs));
  releasers.push(() => stop(0));
  return { ...push, stop };
}

/** What changes with each batch that is written. */
const disk = () =>
  ['outbox.db', 'outbox.db-wal'].map((name) => {
    const { size, mtimeNs } = statSync(join(directory, name), { bigint: true });
    return { name, size, mtimeNs };
  });

const sent = () => endpoint.received.map(({ body }) => `${body}`);

describe('several batches a cycle', () => {
  it('reach a receiver that is well without the disk, in order, those of another origin in between', async () => {
    const push = await createPush();
    // Once at the start the file is brought to its least size.
    await push.deliver(batch('first'));
    await waitFor('it', () => sent().length === 1 || undefined, { timeoutMs: 5_000, everyMs: 10 });
    await sleep(50);
    endpoint.answer(async (response) => {
      await sleep(5);
      response.end();
    });
    const before = disk();
    const deliver = async (name: string) => {
      for (let n = 0; n < 5; n++) await push.deliver(batch(`${name} ${n}`));
    };
    for (let cycle = 0; cycle < 3; cycle++) await Promise.all([deliver(`cycle ${cycle}`), deliver(`own ${cycle}`)]);
    await waitFor('all of them', () => sent().length === 31 || undefined, { timeoutMs: 5_000, everyMs: 10 });
    await waitFor('nothing left', () => push.outboxes().get('default')!.batches === 0 || undefined, {
      timeoutMs: 5_000,
      everyMs: 10,
    });
    for (const name of ['cycle', 'own']) {
      const ofOne = sent().filter((text) => text.startsWith(name));
      expect(ofOne).toEqual([...ofOne].sort());
    }
    expect(disk()).toEqual(before);

    // The same batches are written where the receiver is not well: what is looked at can change.
    endpoint.answer(status(503));
    for (let n = 0; n < 3; n++) await push.deliver(batch(`away ${n}`));
    expect(disk()).not.toEqual(before);
    expect(push.outboxes().get('default')!.batches).toBe(3);
  });

  it('wait for a receiver that does not answer no longer than a tenth of the interval in all, and are then on disk', async () => {
    const push = await createPush();
    endpoint.answer(() => undefined);
    const before = disk();
    const startedMs = performance.now();
    for (let n = 0; n < 10; n++) await push.deliver(batch(`${n}`));
    const tookMs = performance.now() - startedMs;
    expect(tookMs).toBeGreaterThanOrEqual(PATIENCE_MS - 5);
    expect(tookMs).toBeLessThan(INTERVAL_MS);
    expect(push.outboxes().get('default')!.batches).toBe(10);
    expect(disk()).not.toEqual(before);
  });

  it('are put at once when the agent stops', async () => {
    const push = await createPush();
    endpoint.answer(() => undefined);
    await push.deliver(batch('a'));
    const delivered = push.deliver(batch('b'));
    await Promise.all([push.stop(50), delivered]);
    const again = await createPush();
    await waitFor('both', () => again.outboxes().get('default')!.batches === 2 || undefined, {
      timeoutMs: 2_000,
      everyMs: 10,
    });
  });
});

it('a file that cannot be opened is counted', async () => {
  writeFileSync(join(directory, 'file'), '');
  directory = join(directory, 'file');
  const push = await createPush();
  expect(push.outboxes().get('default')!.writeErrors).toBe(1);
});
