/** An amount that is wanted, and the sources that may give it. */
export type Demand = { readonly amount: number; readonly sources: readonly number[] };

/** What a demand gets, by source. */
export type Served = ReadonlyMap<number, number>;

/**
 * Serves demands from the supply of the sources. All of them together get as much as can be given at all (a maximum
 * flow), and the earlier ones as much as they could get without the later ones.
 */
export function serve(demands: readonly Demand[], supply: ReadonlyMap<number, number>): Served[] {
  const left = new Map(supply);
  const served = demands.map(() => new Map<number, number>());
  /** Who takes from a source and has others, too: it can be moved to make place. */
  const movable = new Map<number, Set<number>>();

  function take(index: number, source: number, amount: number): void {
    left.set(source, left.get(source)! - amount);
    served[index]!.set(source, (served[index]!.get(source) ?? 0) + amount);
    if (demands[index]!.sources.length === 1) return;
    const takers = movable.get(source) ?? new Set();
    movable.set(source, takers.add(index));
  }

  /** Frees up to `wanted` of a source, by moving what others take there to where they can have it as well. */
  function free(source: number, wanted: number, visited: Set<number>): number {
    const available = Math.min(wanted, left.get(source) ?? 0);
    if (available > 0 || visited.has(source)) return available;
    visited.add(source);
    for (const taker of movable.get(source) ?? []) {
      const taken = served[taker]!.get(source)!;
      for (const elsewhere of taken > 0 ? demands[taker]!.sources : []) {
        const amount = visited.has(elsewhere) ? 0 : free(elsewhere, Math.min(wanted, taken), visited);
        if (amount === 0) continue;
        take(taker, source, -amount);
        take(taker, elsewhere, amount);
        return amount;
      }
    }
    return 0;
  }

  /** Gives one demand some of what it wants, from the first source that has or can get it. */
  function serveFrom(index: number, wanted: number): number {
    const visited = new Set<number>();
    for (const source of demands[index]!.sources) {
      const amount = free(source, wanted, visited);
      if (amount === 0) continue;
      take(index, source, amount);
      return amount;
    }
    return 0;
  }

  for (const [index, { amount }] of demands.entries()) {
    let rest = amount;
    while (rest > 0) {
      const given = serveFrom(index, rest);
      if (given === 0) break;
      rest -= given;
    }
  }
  return served;
}
