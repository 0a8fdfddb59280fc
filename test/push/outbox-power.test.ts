import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openOutboxFile } from '../../src/push/outbox-file.ts';
import { createLogLines } from '../fakes/log-lines.ts';
import { createRandom } from '../random.ts';
import { batch } from './batches.ts';
import { createTestOutbox, drain } from './outboxes.ts';

const BATCHES = 60;
const FAILURES = 60;
const SEED = 20_261_125;
const SECTOR_BYTES = 512;

/** What a disk may have of a log after power failed: its beginning, and behind it nothing, zeros, or what was there before. */
function afterPowerFailed(log: Buffer, random: () => number): Buffer {
  const lengthBytes = Math.floor((random() * log.length) / SECTOR_BYTES) * SECTOR_BYTES;
  const kept = log.subarray(0, lengthBytes);
  const rest = random();
  if (rest < 0.3) return kept;
  if (rest < 0.6) return Buffer.concat([kept, Buffer.alloc(log.length - lengthBytes)]);
  // One sector in the middle was not written, and later ones were.
  const holed = Buffer.from(log);
  holed.fill(0, lengthBytes, lengthBytes + SECTOR_BYTES);
  return holed;
}

it('opens after a failure of power, with all that was on the disk, in order', () => {
  const directory = mkdtempSync(join(tmpdir(), 'plimsoll-power-'));
  try {
    const { log, texts } = createLogLines();
    const open = (at: string) => openOutboxFile({ directory: at, log, unixMs: Date.now })!;
    const running = open(directory);
    const { outbox } = createTestOutbox({ store: running.store('default') });
    const all = Array.from({ length: BATCHES }, (_, index) => `${index} `.repeat(400));
    for (const text of all) outbox.put(batch(text));
    outbox.postponed(outbox.peek()!);
    const wal = readFileSync(join(directory, 'outbox.db-wal'));
    expect(wal.length).toBeGreaterThan(BATCHES * 1_000);

    const random = createRandom(SEED);
    const counts = Array.from({ length: FAILURES }, (_, failure) => {
      const disk = join(directory, `disk-${failure}`);
      mkdirSync(disk);
      copyFileSync(join(directory, 'outbox.db'), join(disk, 'outbox.db'));
      writeFileSync(join(disk, 'outbox.db-wal'), afterPowerFailed(wal, random));
      const file = open(disk);
      const left = drain(createTestOutbox({ store: file.store('default') }).outbox);
      file.close();
      expect(readdirSync(disk).filter((name) => name.includes('set-aside'))).toEqual([]);
      // The first is the last to be written: it was on its way.
      const written = [...all.slice(1), all[0]!].slice(0, left.length);
      expect(left).toEqual(all.filter((text) => written.includes(text)));
      return left.length;
    });
    running.close();
    expect(texts()).toEqual([]);
    expect(Math.min(...counts)).toBeLessThan(BATCHES / 3);
    expect(Math.max(...counts)).toBeGreaterThan(BATCHES / 3);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
