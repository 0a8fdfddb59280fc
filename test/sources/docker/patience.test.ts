import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPatience } from '../../../src/sources/docker/patience.ts';

const FULL_MS = 5_000;
const SHORT_MS = 1_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = new Promise<void>(() => undefined);
const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** How long something waits, by a clock that goes as fast as it can. */
async function waited(waiting: Promise<void>): Promise<number> {
  const startedAtMs = Date.now();
  let endedAtMs: number | undefined;
  void waiting.then(() => {
    endedAtMs = Date.now();
  });
  while (endedAtMs === undefined) await vi.advanceTimersByTimeAsync(1);
  return endedAtMs - startedAtMs;
}

test('waits for an engine that answers until it has, and for one that does not as long as is allowed', async () => {
  const patience = createPatience({ fullMs: FULL_MS, shortMs: SHORT_MS });
  expect(await waited(patience.wait(after(4_000)))).toBe(4_000);
  expect(await waited(patience.wait(never))).toBe(FULL_MS);
});

test('waits shortly for an engine that was silent, until it has answered all again', async () => {
  const patience = createPatience({ fullMs: FULL_MS, shortMs: SHORT_MS });
  await waited(patience.wait(never));
  expect(await waited(patience.wait(never))).toBe(SHORT_MS);
  patience.finished('timed out');
  expect(await waited(patience.wait(never))).toBe(SHORT_MS);
  patience.finished({ tookMs: FULL_MS });
  expect(await waited(patience.wait(never))).toBe(SHORT_MS);
  expect(await waited(patience.wait(after(10)))).toBe(10);
  patience.finished({ tookMs: 10 });
  expect(await waited(patience.wait(never))).toBe(FULL_MS);
});

test('waits on while an engine that was silent goes on answering, within the time that is allowed', async () => {
  const patience = createPatience({ fullMs: FULL_MS, shortMs: SHORT_MS });
  patience.finished('timed out');
  const answering = setInterval(patience.answered, SHORT_MS / 2);
  expect(await waited(patience.wait(after(3_500)))).toBe(3_500);
  expect(await waited(patience.wait(never))).toBe(FULL_MS);
  clearInterval(answering);
  expect(await waited(patience.wait(never))).toBeLessThanOrEqual(2 * SHORT_MS);
});
