import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountMemory } from '../../src/accounting/memory.ts';

describe('memory of one container', () => {
  it('takes inactive file pages out of the working set', () => {
    const memory = accountMemory({
      usageBytes: 1000,
      limitBytes: 4000,
      swapBytes: 7,
      stat: { anonBytes: 500, fileBytes: 400, inactiveFileBytes: 300, faults: 20, majorFaults: 5 },
    });
    expect(memory).toEqual({
      usageBytes: 1000,
      workingSetBytes: 700,
      rssBytes: 500,
      availableBytes: 3300,
      limitBytes: 4000,
      cacheBytes: 400,
      swapBytes: 7,
      majorFaults: 5,
      minorFaults: 15,
    });
  });

  it('has neither limit nor available memory where there is no limit', () => {
    const { limitBytes, availableBytes, workingSetBytes } = accountMemory({
      usageBytes: 1000,
      stat: { inactiveFileBytes: 0 },
    });
    expect({ limitBytes, availableBytes, workingSetBytes }).toEqual({ workingSetBytes: 1000 });
  });

  it('is absent, not zero, where nothing can be read', () => {
    expect(Object.values(accountMemory({})).filter((value) => value !== undefined)).toEqual([]);
  });

  it('has no working set where one of its two files is missing', () => {
    expect(accountMemory({ usageBytes: 1000 }).workingSetBytes).toBeUndefined();
    expect(accountMemory({ stat: { inactiveFileBytes: 1 } }).workingSetBytes).toBeUndefined();
  });

  it('is never negative, though its files are not read in the same moment', () => {
    const bytes = fc.nat();
    const reading = fc.record({
      usageBytes: bytes,
      limitBytes: bytes,
      stat: fc.record({ inactiveFileBytes: bytes, faults: bytes, majorFaults: bytes }),
    });
    fc.assert(
      fc.property(reading, (cgroup) => {
        const { workingSetBytes, availableBytes, minorFaults } = accountMemory(cgroup);
        for (const value of [workingSetBytes, availableBytes, minorFaults]) expect(value).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
