import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs, waitMs } from '../../src/push/backoff.ts';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('backoff', () => {
  it('begins at a second and grows by half', () => {
    expect([1, 2, 3, 4].map((failures) => backoffMs(failures, 0.5))).toEqual([1000, 1500, 2250, 3375]);
  });

  it('stays between 0.8 and 36 seconds, however long it lasts', () => {
    const property = fc.property(fc.integer({ min: 1, max: 1_000_000 }), random, (failures, chance) => {
      expect(backoffMs(failures, chance)).toBeGreaterThanOrEqual(800);
      expect(backoffMs(failures, chance)).toBeLessThanOrEqual(36_000);
    });
    fc.assert(property);
  });

  it('spreads agents that failed together', () => {
    expect(backoffMs(1, 0)).toBe(800);
    expect(backoffMs(1, 0.999)).toBeCloseTo(1200, 0);
  });

  it('waits as long as the receiver says, never less, and up to a tenth longer so that agents do not come back together', () => {
    expect(waitMs(9, 0, 1000)).toBe(1000);
    expect(waitMs(1, 0.5, 120_000)).toBe(126_000);
    expect(waitMs(1, 0.999, 120_000)).toBeCloseTo(132_000, -2);
  });

  it('does not take zero for an answer, nor a time that no timer can wait', () => {
    expect(waitMs(1, 0.5, 0)).toBe(1000);
    expect(waitMs(1, 0.5)).toBe(1000);
    expect(waitMs(1, 0, 999_999_999_000)).toBe(600_000);
  });
});
