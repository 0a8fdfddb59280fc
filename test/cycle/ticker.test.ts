import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTicker, type TickerOptions } from '../../src/cycle/ticker.ts';
import { sleepFaked } from '../fakes/sleep.ts';

// A whole interval after 1970, so that the phase can be read off the times.
const START_MS = 1_700_000_000_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'], now: START_MS });
});
afterEach(() => void vi.useRealTimers());

function createStarted(options: Partial<TickerOptions> = {}) {
  const ranAt: number[] = [];
  const startedAt = performance.now();
  const elapsed = (): number => performance.now() - startedAt;
  const { run = async () => undefined, ...rest } = options;
  const ticker = createTicker({
    intervalMs: 10_000,
    phaseMs: 3000,
    firstJitterMs: 0,
    run: async () => {
      ranAt.push(elapsed());
      await run();
    },
    unixMs: Date.now,
    monotonicMs: () => performance.now(),
    random: () => 0.5,
    sleep: sleepFaked,
    ...rest,
  });
  ticker.start();
  return { ticker, ranAt, elapsed };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const takes = (ms: number) => () => new Promise<void>((resolve) => setTimeout(resolve, ms));

describe('ticker', () => {
  it('runs at once, then once an interval in the host’s phase', async () => {
    const { ranAt } = createStarted();
    await pass(34_000);
    expect(ranAt).toEqual([0, 3000, 13_000, 23_000, 33_000]);
  });

  it('waits up to the jitter before the first cycle', async () => {
    const { ranAt } = createStarted({ firstJitterMs: 1000 });
    await pass(14_000);
    expect(ranAt).toEqual([500, 3000, 13_000]);
  });

  it('runs one loop however often it is started', async () => {
    const { ticker, ranAt } = createStarted();
    ticker.start();
    await pass(4000);
    expect(ranAt).toEqual([0, 3000]);
  });

  it('skips the turns that a long cycle missed, and keeps the phase', async () => {
    const { ranAt } = createStarted({ run: takes(25_000) });
    await pass(100_000);
    // The first takes until 25 s; then 33 s, which takes until 58 s, and so on.
    expect(ranAt).toEqual([0, 33_000, 63_000, 93_000]);
  });

  it('never runs two cycles at once', async () => {
    let running = 0;
    let most = 0;
    createStarted({
      run: async () => {
        running += 1;
        most = Math.max(most, running);
        await takes(12_345)();
        running -= 1;
      },
    });
    await pass(200_000);
    expect(most).toBe(1);
  });

  it('keeps its pace when the wall clock is set', async () => {
    let stepMs = 0;
    const { ranAt } = createStarted({ unixMs: () => Date.now() + stepMs });
    await pass(4000);
    stepMs = -3_600_000;
    await pass(10_000);
    stepMs = 3_600_000;
    await pass(20_000);
    expect(ranAt).toEqual([0, 3000, 13_000, 23_000, 33_000]);
  });

  it('does not make up for the turns of a machine that was suspended', async () => {
    let suspendedMs = 0;
    const monotonicMs = (): number => performance.now() + suspendedMs;
    const { ranAt } = createStarted({ monotonicMs, run: async () => undefined });
    await pass(4000);
    suspendedMs = 3_600_000;
    await pass(30_000);
    expect(ranAt).toHaveLength(5);
    expect(ranAt.slice(0, 4)).toEqual([0, 3000, 13_000, 23_000]);
  });

  it('stops at once while it waits', async () => {
    const { ticker, ranAt } = createStarted();
    await pass(4000);
    await ticker.stop();
    expect(vi.getTimerCount()).toBe(0);
    await pass(60_000);
    expect(ranAt).toEqual([0, 3000]);
  });

  it('stops after the cycle that runs', async () => {
    const { ticker, ranAt, elapsed } = createStarted({ run: takes(5000) });
    await pass(1000);
    const stopped = ticker.stop().then(elapsed);
    await pass(60_000);
    expect(await stopped).toBe(5000);
    expect(ranAt).toEqual([0]);
  });

  it('runs nothing when it is stopped before its first cycle', async () => {
    const { ticker, ranAt } = createStarted({ firstJitterMs: 1000 });
    await ticker.stop();
    await pass(60_000);
    expect(ranAt).toEqual([]);
  });
});
