import type { Derived } from './derived.ts';

/** A line of the table. */
export type BenchRow = {
  readonly what: string;
  /** As the budget says it. */
  readonly budget?: string;
  /** Beyond it the value is marked. */
  readonly most?: number;
  /** `smallest` is of the smallest herd of the run. */
  readonly value: (herd: Derived, smallest: Derived) => number;
  readonly digits: number;
};

/** Ratios first: they hold where the times of a shared machine do not. */
export const ROWS: readonly BenchRow[] = [
  { what: 'whole cycle ÷ floor', budget: '≤ 3.0', most: 3, value: (herd) => herd.cycleToFloor, digits: 2 },
  { what: 'reading and parsing ÷ floor', budget: '≤ 1.0', most: 1, value: (herd) => herd.readingToFloor, digits: 2 },
  {
    what: 'idle container ÷ busy one',
    budget: '≤ 0.33',
    most: 1 / 3,
    value: (herd) => herd.idleToBusy,
    digits: 2,
  },
  {
    what: 'cost of a container ÷ in the smallest herd',
    budget: '≤ 1.1',
    most: 1.1,
    value: (herd, smallest) => herd.cycleUs / smallest.cycleUs,
    digits: 2,
  },
  { what: 'floor on kept descriptors ÷ floor', value: (herd) => herd.keptToFloor, digits: 2 },
  { what: 'CPU of a container-sample, whole cycle (µs)', value: (herd) => herd.cycleUs, digits: 0 },
  { what: 'CPU of a container-sample, reading and parsing (µs)', value: (herd) => herd.readingUs, digits: 0 },
  { what: 'CPU of a container-sample, floor (µs)', value: (herd) => herd.floorUs, digits: 0 },
  { what: 'files of a container', value: (herd) => herd.filesPerContainer, digits: 1 },
  { what: 'points of a container-sample', value: (herd) => herd.pointsPerSample, digits: 1 },
  {
    what: 'bytes sent of a container-sample',
    budget: '≤ 400',
    most: 400,
    value: (herd) => herd.bytesPerSample,
    digits: 0,
  },
  {
    what: 'oldest to newest value of a cycle (ms)',
    budget: '≤ 100',
    most: 100,
    value: (herd) => herd.spreadMs,
    digits: 0,
  },
  {
    what: 'event loop blocked at a time, p99 (ms)',
    budget: '≤ 20',
    most: 20,
    value: (herd) => herd.blockP99Ms,
    digits: 1,
  },
  { what: 'event loop blocked at a time, longest (ms)', value: (herd) => herd.blockMaxMs, digits: 1 },
  { what: 'resident memory (MB)', budget: '≤ 100 with 100', value: (herd) => herd.residentMb, digits: 0 },
  { what: 'resident memory, peak (MB)', value: (herd) => herd.peakMb, digits: 0 },
  { what: 'requests to the engine in a round', budget: '0', most: 0, value: (herd) => herd.engineRequests, digits: 0 },
  {
    what: 'start → first batch accepted (ms)',
    budget: '≤ 1,000',
    most: 1_000,
    value: (herd) => herd.startMs,
    digits: 0,
  },
];
