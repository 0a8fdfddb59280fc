import { type CountedLimit, LIMITS, leavesOutSeries, type OnLimit } from './limits.ts';
import type { Logger } from './log.ts';

export type LimitCounts = {
  /** In how many readings the limit was reached. */
  readonly reached: number;
  /** How many series were left out, over all readings. */
  readonly seriesLeftOut: number;
};

export type LimitCounter = {
  readonly onLimit: OnLimit;
  /** Of the limits that were reached. */
  counts(): ReadonlyMap<CountedLimit, LimitCounts>;
};

/** Counts how often each limit is reached, and says it the first time. */
export function createLimitCounter({ log }: { readonly log: Logger }): LimitCounter {
  const counts = new Map<CountedLimit, LimitCounts>();

  return {
    onLimit(limit, leftOut = 1) {
      const before = counts.get(limit) ?? { reached: 0, seriesLeftOut: 0 };
      if (before.reached === 0) {
        const { max, of, beyond } = LIMITS[limit];
        log.warn({ limit, max, leftOut }, `there are more than ${max} ${of}: ${beyond}`);
      }
      const seriesLeftOut = before.seriesLeftOut + (leavesOutSeries(limit) ? leftOut : 0);
      counts.set(limit, { reached: before.reached + 1, seriesLeftOut });
    },
    counts: () => counts,
  };
}
