import type { Instant } from './accounting/container-account.ts';

/** The agent's time: the wall clock's, but it never falls. */
export type Clock = {
  now(): Instant;
  /** How far it is ahead of the wall clock, which was set back. 0 where they differ by their resolution only. */
  aheadMs(): number;
};

export type ClockOptions = {
  readonly unixMs: () => number;
  /** Never set. */
  readonly monotonicMs: () => number;
};

/**
 * How fast time passes while it is ahead: slow enough to meet the wall clock again some day, fast enough that rates are
 * right within a tenth meanwhile. Why it neither stands still nor stays ahead: docs/adr/0010.
 */
const PACE_WHILE_AHEAD = 0.9;

/** The wall clock counts whole milliseconds and is slewed: between two of its ticks the monotonic clock always leads. */
const RESOLUTION_MS = 10;

export const createSystemClock = (): Clock => createClock({ unixMs: Date.now, monotonicMs: () => performance.now() });

export function createClock({ unixMs, monotonicMs }: ClockOptions): Clock {
  let last: Instant | undefined;
  let aheadMs = 0;
  return {
    now() {
      const monotonic = monotonicMs();
      const wall = unixMs();
      const least = last ? last.unixMs + PACE_WHILE_AHEAD * (monotonic - last.monotonicMs) : wall;
      aheadMs = Math.max(0, least - wall);
      last = { unixMs: wall + aheadMs, monotonicMs: monotonic };
      return last;
    },
    aheadMs: () => (aheadMs < RESOLUTION_MS ? 0 : aheadMs),
  };
}
