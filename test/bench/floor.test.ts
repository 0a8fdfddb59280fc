import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runFloor } from '../../bench/floor.ts';

const dir = mkdtempSync(join(tmpdir(), 'plimsoll-floor-'));
afterAll(() => rmSync(dir, { recursive: true }));
const paths = ['a', 'b'].map((name) => join(dir, name));
for (const path of paths) writeFileSync(path, 'four');

it.each(['open', 'kept'] as const)('reads every file in every cycle: %s', async (mode) => {
  const run = await runFloor(mode, { paths, cycles: 3, intervalMs: 0 });
  expect(run).toMatchObject({ files: 6, bytes: 24, failures: 0, cycles: 3 });
});

it('counts what could not be read', async () => {
  expect(await runFloor('open', { paths: [...paths, join(dir, 'gone')], cycles: 3, intervalMs: 0 })).toMatchObject({
    files: 6,
    failures: 3,
  });
});

it('rests between cycles, and counts the reading only', async () => {
  const startedAt = performance.now();
  const run = await runFloor('open', { paths, cycles: 5, intervalMs: 50 });
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(250);
  expect(run!.cpuSeconds).toBeGreaterThan(0);
  expect(run!.cpuSeconds).toBeLessThan(0.02);
});
