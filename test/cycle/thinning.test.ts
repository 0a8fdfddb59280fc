import { describe, expect, it } from 'vitest';
import { createThinning } from '../../src/cycle/thinning.ts';
import { METRIC_FAMILIES, type MetricFamily, THINNING_ORDER } from '../../src/instruments/definition.ts';

const INTERVAL_MS = 10_000;
const ALL = Object.keys(METRIC_FAMILIES) as MetricFamily[];

function createFilled(families: readonly MetricFamily[] = ALL) {
  const changes: (readonly MetricFamily[])[] = [];
  const onChange = (thinned: ReadonlySet<MetricFamily>): void => void changes.push([...thinned]);
  const thinning = createThinning({ intervalMs: INTERVAL_MS, families: new Set(families), onChange });
  const take = (ms: number, cycles = 1): void => {
    for (let cycle = 0; cycle < cycles; cycle++) thinning.recordStage('collect', ms / 1000);
  };
  return { thinning, changes, take, thinned: () => [...thinning.thinned()] };
}

describe('thinning', () => {
  it('leaves nothing out while collecting takes up to a tenth of the interval', () => {
    const { take, thinned } = createFilled();
    take(1_000, 1_000);
    expect(thinned()).toEqual([]);
  });

  it('lets one family after the other go, in the documented order, and no more than those', () => {
    const { take, changes, thinned } = createFilled();
    take(1_001, 1_000);
    expect(changes).toEqual(THINNING_ORDER.map((_, at) => THINNING_ORDER.slice(0, at + 1)));
    expect(thinned()).toEqual(THINNING_ORDER);
  });

  it('looks at five cycles between two families', () => {
    const { take, thinned } = createFilled();
    take(5_000, 4);
    expect(thinned()).toEqual([]);
    take(5_000);
    expect(thinned()).toEqual(['pss']);
    take(5_000, 4);
    expect(thinned()).toEqual(['pss']);
  });

  it('does not mind two slow cycles in five, however slow', () => {
    const { take, thinned } = createFilled();
    for (let round = 0; round < 100; round++) {
      take(100_000, 2);
      take(100, 3);
    }
    expect(thinned()).toEqual([]);
  });

  it('goes by collecting alone: reading less makes no engine and no disk faster', () => {
    const { thinning, thinned } = createFilled();
    for (let cycle = 0; cycle < 10; cycle++)
      for (const stage of ['discover', 'deliver', 'total'] as const) thinning.recordStage(stage, 9);
    expect(thinned()).toEqual([]);
  });

  it('takes families back, the last one first, when cycles have been short for a while', () => {
    const { take, changes } = createFilled(['processes', 'pss', 'disk', 'network']);
    take(2_000, 15);
    expect(changes.at(-1)).toEqual(['pss', 'disk', 'network']);
    take(100, 33);
    expect(changes.at(-1)).toEqual(['pss', 'disk', 'network']);
    take(100);
    expect(changes.at(-1)).toEqual(['pss', 'disk']);
    take(100, 2 * 34);
    expect(changes.at(-1)).toEqual([]);
  });

  it('waits where a cycle is only just short enough', () => {
    const { take, thinned } = createFilled(['processes', 'pss']);
    take(2_000, 5);
    take(950, 10_000);
    expect(thinned()).toEqual(['pss']);
  });

  it('tries ever more rarely, at last once an hour, where there is no room for a family', () => {
    const { take, changes, thinned } = createFilled(['processes', 'pss']);
    const waits: number[] = [];
    take(2_000, 5);
    for (let attempt = 0; attempt < 6; attempt++) {
      let cycles = 0;
      for (; thinned().length > 0; cycles++) take(500);
      waits.push(cycles);
      take(2_000, 5);
    }
    expect(waits).toEqual([34, 64, 124, 244, 364, 364]);
    expect(changes).toHaveLength(13);
  });

  it('is patient again no longer than before once a family could stay', () => {
    const { take, thinned } = createFilled(['processes', 'pss']);
    take(2_000, 5);
    take(500, 34);
    take(2_000, 5);
    take(500, 64);
    expect(thinned()).toEqual([]);
    take(500, 1_000);
    take(2_000, 5);
    expect(thinned()).toEqual(['pss']);
    take(500, 34);
    expect(thinned()).toEqual([]);
  });

  it('never lets go what tells that a container is there', () => {
    const gone = (families: readonly MetricFamily[]): readonly MetricFamily[] => {
      const { take, thinned } = createFilled(families);
      take(5_000, 1_000);
      return thinned();
    };
    for (const family of ['processes', 'cpu', 'memory', 'tasks', 'life'] as const)
      expect(gone(ALL)).not.toContain(family);
    // Here the processes are read for the context switches only, and there for nothing but pressure.
    expect(gone(['cpu', 'contextSwitches', 'pss', 'connections', 'disk'])).toEqual(['connections', 'disk']);
    expect(gone(['memory', 'pressure', 'network'])).toEqual([]);
  });
});
