import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Counters, createFloors } from '../../src/accounting/floors.ts';
import { LIMITS } from '../../src/limits.ts';

const reading = fc.record({ a: fc.option(fc.nat(9), { nil: undefined }), b: fc.option(fc.nat(9), { nil: undefined }) });

describe('counters as the kernel says them', () => {
  it('never fall, are never less than what is read, and absent where nothing is', () => {
    const property = fc.property(fc.array(reading), (readings) => {
      const floors = createFloors();
      const highest: Record<string, number> = {};
      for (const each of readings) {
        const held: Counters = floors.hold('subject', each);
        for (const [name, value] of Object.entries(each)) {
          if (value !== undefined) highest[name] = Math.max(highest[name] ?? 0, value);
          expect(held[name]).toBe(value === undefined ? undefined : highest[name]);
        }
      }
    });
    fc.assert(property);
  });

  it('are the same object where nothing fell, for most readings are', () => {
    const floors = createFloors();
    floors.hold('subject', { a: 1 });
    const now = { a: 1, b: 2 };
    expect(floors.hold('subject', now)).toBe(now);
  });

  it('are of one subject each', () => {
    const floors = createFloors();
    floors.hold('disk sda', { a: 5 });
    expect(floors.hold('disk sdb', { a: 1 })).toEqual({ a: 1 });
  });

  it('go on from what is remembered, and what was never read is in no memory', () => {
    const floors = createFloors();
    floors.hold('subject', { a: 5, b: undefined });
    const after = createFloors(JSON.parse(JSON.stringify(floors.remember())));
    expect(after.hold('subject', { a: 3, b: 0 })).toEqual({ a: 5, b: 0 });
  });

  it('are remembered of so many subjects only, and of those that are read', () => {
    const floors = createFloors();
    for (let disk = 0; disk < 3 * LIMITS.diskTotalsRemembered.max; disk += 1) {
      floors.hold('pressure', { a: 9 });
      floors.hold(`disk ${disk}`, { a: disk });
    }
    expect(floors.remember()).toHaveLength(LIMITS.diskTotalsRemembered.max);
    expect(floors.hold('pressure', { a: 1 })).toEqual({ a: 9 });
  });
});
