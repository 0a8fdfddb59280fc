import fc from 'fast-check';
import { expect } from 'vitest';
import { ANY_STEP, histories, PLAIN_STEP, play, shownBy, valuesOf, WAITED_FOR_STEP } from './process-histories.ts';
import type { Ended } from './process-model.ts';

/*
 * What holds of the totals of any history of processes. Run with few histories by process-account.property.test.ts and
 * with many by process-account.long.test.ts; a failure prints the smallest history that fails.
 */

const SEED = 20261123;
const CHILDREN_COUNTERS = 4;
const INHERITED_COUNTERS = 6;

export type Property = (numRuns: number) => void;

export const PROPERTIES: Readonly<Record<string, Property>> = {
  'never falls, is never less than a reading shows, and never more than was used, whatever processes do meanwhile': (
    numRuns,
  ) => {
    const any = histories(ANY_STEP, { torn: true, partial: true, outside: true });
    const property = fc.property(any, (history) => {
      let last = new Array<number>(8).fill(0);
      play(history, ({ model, processes, totals }) => {
        const shown = shownBy(processes);
        const truth = model.truth();
        for (const [counter, total] of totals.entries()) {
          expect(total, `counter ${counter} falls`).toBeGreaterThanOrEqual(last[counter]!);
          expect(total, `counter ${counter} is less than shown`).toBeGreaterThanOrEqual(shown[counter]!);
          expect(total, `counter ${counter} is more than was used`).toBeLessThanOrEqual(truth[counter]!);
        }
        last = [...totals];
      });
    });
    fc.assert(property, { numRuns, seed: SEED });
  },

  'is exactly what was used where all are waited for': (numRuns) => {
    const waited = histories(WAITED_FOR_STEP, { torn: false, partial: false, outside: false });
    const property = fc.property(waited, (history) => {
      play(history, ({ model, totals }) => {
        expect(totals.slice(0, INHERITED_COUNTERS)).toEqual(model.truth().slice(0, INHERITED_COUNTERS));
      });
    });
    fc.assert(property, { numRuns, seed: SEED });
  },

  'misses of what ended without an heir what it did after it was last read, and no more than its heirs could hide': (
    numRuns,
  ) => {
    const plain = histories(PLAIN_STEP, { torn: false, partial: false, outside: true });
    const property = fc.property(plain, (history) => {
      const lastRead = new Map<number, number[]>();
      play(history, ({ model, processes, totals }) => {
        const truth = model.truth();
        for (const [counter, total] of totals.entries()) {
          const missed = truth[counter]! - total;
          const { unread, hidden } = missedAtMost(model.ended(), lastRead, counter);
          expect(missed, `counter ${counter}`).toBeLessThanOrEqual(unread + hidden);
          expect(missed, `counter ${counter}`).toBeGreaterThanOrEqual(0);
        }
        for (const process of processes)
          lastRead.set(model.serialOf(process), valuesWhereRead(process, lastRead, model.serialOf(process)));
      });
    });
    fc.assert(property, { numRuns, seed: SEED });
  },
};

/** A zombie's io and switches cannot be read; what they were stays known. */
function valuesWhereRead(
  process: Parameters<typeof valuesOf>[0],
  lastRead: ReadonlyMap<number, number[]>,
  serial: number,
): number[] {
  const values = valuesOf(process);
  const before = lastRead.get(serial);
  return values.map((value, counter) => (process.io || counter < CHILDREN_COUNTERS ? value : (before?.[counter] ?? 0)));
}

/**
 * Of the processes that nobody in the container waited for: what they did after they were last read, and what may seem
 * inherited though it was not: no more of what was read of those that could have been waited for than others handed
 * down unread. The bytes that a process moves itself look like inherited ones, too; switches never do.
 */
function missedAtMost(
  ended: readonly Ended[],
  lastRead: ReadonlyMap<number, number[]>,
  counter: number,
): { unread: number; hidden: number } {
  let unread = 0;
  let couldBeInherited = 0;
  let handedDownUnread = 0;
  for (const { serial, values, isInherited, hasParent } of ended) {
    const read = lastRead.get(serial)?.[counter] ?? 0;
    if (isInherited && counter < INHERITED_COUNTERS) handedDownUnread += values[counter]! - read;
    else {
      unread += values[counter]! - read;
      if (hasParent) couldBeInherited += read;
    }
  }
  if (counter >= INHERITED_COUNTERS) return { unread, hidden: 0 };
  const isSeenApart = counter < CHILDREN_COUNTERS;
  return { unread, hidden: isSeenApart ? Math.min(couldBeInherited, handedDownUnread) : couldBeInherited };
}
