import { type MetricFamily, THINNING_ORDER } from '../instruments/definition.ts';
import type { CycleStage } from '../instruments/self.ts';
import { needsProcesses } from '../sources/process-families.ts';

/** Decides which metric families are not read for the time being, since cycles take too long. See docs/adr/0022. */
export type Thinning = {
  /** To be told what each cycle took. */
  recordStage(stage: CycleStage, seconds: number): void;
  /** What is not read now: the same set until that changes. */
  thinned(): ReadonlySet<MetricFamily>;
};

export type ThinningOptions = {
  readonly intervalMs: number;
  /** What is on. */
  readonly families: ReadonlySet<MetricFamily>;
  /** Hears of each change, and what a cycle took of the interval, 0 to 1. */
  readonly onChange: (thinned: ReadonlySet<MetricFamily>, partOfInterval: number) => void;
};

/** The longest that collecting may take of the interval. */
const HIGHEST_PART = 0.1;
/** A family comes back only where there is some room for it. */
const CALM_PART = 0.09;
/** The middle one of so many cycles counts: two that were held up by others change nothing. */
const WINDOW = 5;
/** Cycles that have to be calm before a family comes back: five minutes at the default interval. */
const PATIENCE = 30;
/** An hour at the default interval. */
const LONGEST_PATIENCE = 360;
const MS_PER_SECOND = 1000;

/**
 * One family goes at a time, and the last one that went comes back first. Whether there is room for it is found out by
 * trying; where there is none, twice as long passes before the next attempt.
 */
export function createThinning({ intervalMs, families, onChange }: ThinningOptions): Thinning {
  const order = thinnable(families);
  let thinned: ReadonlySet<MetricFamily> = new Set();
  let parts: number[] = [];
  let calmCycles = 0;
  let patience = PATIENCE;
  let cyclesSinceReturn = Number.POSITIVE_INFINITY;

  function thin(count: number, part: number): void {
    thinned = new Set(order.slice(0, count));
    parts = [];
    calmCycles = 0;
    onChange(thinned, part);
  }

  function note(part: number): void {
    parts = [...parts, part].slice(-WINDOW);
    cyclesSinceReturn += 1;
    if (parts.length < WINDOW) return;
    const usual = parts.toSorted((a, b) => a - b)[(WINDOW - 1) / 2]!;
    calmCycles = usual < CALM_PART ? calmCycles + 1 : 0;
    if (usual > HIGHEST_PART && thinned.size < order.length) {
      const wasInVain = cyclesSinceReturn <= patience;
      patience = wasInVain ? Math.min(2 * patience, LONGEST_PATIENCE) : PATIENCE;
      thin(thinned.size + 1, usual);
    } else if (thinned.size > 0 && calmCycles >= patience) {
      cyclesSinceReturn = 0;
      thin(thinned.size - 1, usual);
    }
  }

  return {
    // Collecting only: waiting for the engine or the disk becomes no shorter by reading less.
    recordStage(stage, seconds) {
      if (stage === 'collect') note((seconds * MS_PER_SECOND) / intervalMs);
    },
    thinned: () => thinned,
  };
}

/**
 * Never what tells that a container is there: without the family of the processes nothing may go that has them read,
 * and without CPU time as well nothing at all.
 */
function thinnable(families: ReadonlySet<MetricFamily>): readonly MetricFamily[] {
  const enabled = THINNING_ORDER.filter((family) => families.has(family));
  if (families.has('processes')) return enabled;
  return families.has('cpu') ? enabled.filter((family) => !needsProcesses(new Set([family]))) : [];
}
