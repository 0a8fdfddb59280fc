import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCycle } from '../../src/cycle/cycle.ts';
import { createHangGuard, hangLimitMs } from '../../src/cycle/hang-guard.ts';
import { ENCODINGS } from '../../src/push/encoding.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

const LIMIT_MS = 100_000;
const never = (): Promise<never> => new Promise(() => undefined);

function createCounting() {
  const hung = vi.fn<() => void>();
  return { guard: createHangGuard({ limitMs: LIMIT_MS, onHang: hung }), hung };
}

describe('guard over cycles', () => {
  it('hears once of a cycle whose discovery never answers', async () => {
    const { guard, hung } = createCounting();
    const stages: string[] = [];
    const cycle = createCycle({
      collector: { discover: never, collect: never as never },
      encoding: ENCODINGS['http/json'],
      batcher: { add: never, finish: never },
      monotonicMs: () => performance.now(),
      recordStage: () => undefined,
      onStage: (stage) => stages.push(stage),
    });
    void guard(cycle);
    await vi.advanceTimersByTimeAsync(LIMIT_MS - 1);
    expect(hung).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(hung).toHaveBeenCalledTimes(1);
    expect(stages).toEqual(['discover']);
    await vi.advanceTimersByTimeAsync(10 * LIMIT_MS);
    expect(hung).toHaveBeenCalledTimes(1);
  });

  it('says nothing of cycles that end, by an error or late, and leaves no timer', async () => {
    const { guard, hung } = createCounting();
    expect(await guard(async () => 7)).toBe(7);
    await expect(guard(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    const late = guard(() => new Promise((resolve) => setTimeout(resolve, LIMIT_MS - 1)));
    await vi.advanceTimersByTimeAsync(LIMIT_MS - 1);
    await late;
    await vi.advanceTimersByTimeAsync(LIMIT_MS);
    expect(hung).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('counts from anew for each cycle', async () => {
    const { guard, hung } = createCounting();
    for (let cycle = 0; cycle < 5; cycle += 1) {
      const running = guard(() => new Promise((resolve) => setTimeout(resolve, LIMIT_MS * 0.9)));
      await vi.advanceTimersByTimeAsync(LIMIT_MS * 0.9);
      await running;
    }
    expect(hung).not.toHaveBeenCalled();
  });

  it.each([
    [10_000, 100_000],
    [1_000, 60_000],
    [10, 60_000],
    [3_600_000, 36_000_000],
  ])('allows a cycle that should take %d ms to take %d', (timeoutMs, limitMs) => {
    expect(hangLimitMs({ timeoutMs })).toBe(limitMs);
  });
});
