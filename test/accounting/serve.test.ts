import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Demand, serve } from '../../src/accounting/serve.ts';

const total = (served: readonly ReadonlyMap<number, number>[]): number =>
  served.reduce((sum, sources) => sum + [...sources.values()].reduce((a, b) => a + b, 0), 0);

/** The most that can be given: by the theorem of Hall, over every set of demands, what the others want and it can get. */
function most(demands: readonly Demand[], supply: ReadonlyMap<number, number>): number {
  let least = Number.POSITIVE_INFINITY;
  for (let set = 0; set < 1 << demands.length; set++) {
    const inside = demands.filter((_, index) => set & (1 << index));
    const outside = demands.filter((_, index) => !(set & (1 << index)));
    const sources = new Set(inside.flatMap((demand) => demand.sources));
    const available = [...sources].reduce((sum, source) => sum + (supply.get(source) ?? 0), 0);
    least = Math.min(least, outside.reduce((sum, { amount }) => sum + amount, 0) + available);
  }
  return least;
}

const demand = fc.record({ amount: fc.nat(6), sources: fc.uniqueArray(fc.nat(4), { maxLength: 4 }) });
const supplies = fc.array(fc.nat(8), { minLength: 3, maxLength: 5 }).map((amounts) => new Map(amounts.entries()));

describe('serving demands', () => {
  it('gives nobody more than is wanted, and takes from no source more than it has', () => {
    const property = fc.property(fc.array(demand, { maxLength: 6 }), supplies, (demands, supply) => {
      const served = serve(demands, supply);
      for (const [index, sources] of served.entries()) {
        expect(total([sources])).toBeLessThanOrEqual(demands[index]!.amount);
        for (const [source, amount] of sources) {
          expect(amount).toBeGreaterThanOrEqual(0);
          if (amount > 0) expect(demands[index]!.sources).toContain(source);
        }
      }
      for (const [source, amount] of supply) {
        expect(served.reduce((sum, sources) => sum + (sources.get(source) ?? 0), 0)).toBeLessThanOrEqual(amount);
      }
    });
    fc.assert(property, { numRuns: 1000 });
  });

  it('gives as much as can be given, to the first ones as much as without the later ones', () => {
    const property = fc.property(fc.array(demand, { maxLength: 6 }), supplies, (demands, supply) => {
      const served = serve(demands, supply);
      for (let count = 1; count <= demands.length; count++) {
        expect(total(served.slice(0, count))).toBe(most(demands.slice(0, count), supply));
      }
    });
    fc.assert(property, { numRuns: 1000 });
  });

  it('moves an earlier one to where it can have as much, to make place for a later one', () => {
    const demands = [
      { amount: 5, sources: [1, 2] },
      { amount: 5, sources: [1] },
    ];
    const served = serve(demands, new Map([1, 2].map((source) => [source, 5])));
    expect(total(served)).toBe(10);
  });
});
