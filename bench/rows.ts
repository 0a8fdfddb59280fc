import type { Derived } from './derived.ts';
import { lineThrough, marginalUs, referenceOf } from './line.ts';

/** A line of the table. */
export type BenchRow = {
  readonly what: string;
  /** As the budget says it. */
  readonly budget?: string;
  /** Beyond it the value is marked; undefined where there is no budget for a herd of this size. */
  readonly most?: (herd: Derived) => number | undefined;
  /** `herds` are all of the run. */
  readonly value: (herd: Derived, herds: readonly Derived[]) => number;
  readonly digits: number;
};

const always = (most: number) => () => most;

const RATIOS: readonly BenchRow[] = [
  { what: 'whole cycle ÷ floor', budget: '≤ 3.0', most: always(3), value: (herd) => herd.cycleToFloor, digits: 2 },
  { what: 'whole cycle ÷ floor that never rests', value: (herd) => herd.cycleToHotFloor, digits: 2 },
  {
    what: 'reading and parsing ÷ floor',
    budget: '≤ 1.0',
    most: always(1),
    value: (herd) => herd.readingToFloor,
    digits: 2,
  },
  {
    what: 'idle container ÷ busy one',
    budget: '≤ 0.33',
    most: always(1 / 3),
    value: (herd) => herd.idleToBusy,
    digits: 2,
  },
  {
    what: 'cost of a container ÷ with 100',
    budget: '≤ 1.1',
    most: always(1.1),
    value: (herd, herds) => herd.cycleUs / referenceOf(herds).cycleUs,
    digits: 2,
  },
  {
    what: 'cost of one more container ÷ by the line through all herds',
    budget: '≤ 1.1',
    most: always(1.1),
    value: (herd, herds) => marginalUs(herd, herds) / lineThrough(herds).perContainerUs,
    digits: 2,
  },
  { what: 'floor on kept descriptors ÷ floor', value: (herd) => herd.keptToFloor, digits: 2 },
];

const COSTS: readonly BenchRow[] = [
  { what: 'CPU of a container-sample, whole cycle (µs)', value: (herd) => herd.cycleUs, digits: 0 },
  { what: 'CPU of one more container (µs)', value: (herd, herds) => marginalUs(herd, herds), digits: 0 },
  { what: 'CPU of a container-sample, reading and parsing (µs)', value: (herd) => herd.readingUs, digits: 0 },
  { what: 'CPU of a container-sample, floor (µs)', value: (herd) => herd.floorUs, digits: 0 },
  { what: 'CPU of a container-sample, floor that never rests (µs)', value: (herd) => herd.hotFloorUs, digits: 0 },
  { what: 'files of a container', value: (herd) => herd.filesPerContainer, digits: 1 },
  { what: 'points of a container-sample', value: (herd) => herd.pointsPerSample, digits: 1 },
  {
    what: 'bytes sent of a container-sample',
    budget: '≤ 400',
    most: always(400),
    value: (herd) => herd.bytesPerSample,
    digits: 0,
  },
];

/** Of a budget that is for herds up to a size: what larger ones may is not said. */
const upTo =
  (...budgets: readonly (readonly [containers: number, most: number])[]) =>
  ({ containers }: Derived): number | undefined =>
    budgets.find(([size]) => containers <= size)?.[1];

const MOMENTS: readonly BenchRow[] = [
  {
    what: 'oldest to newest reading of a cycle (ms)',
    budget: '≤ 100 with 100',
    most: upTo([100, 100]),
    value: (herd) => herd.spreadMs,
    digits: 0,
  },
  {
    what: 'event loop blocked at a time, p99 (ms)',
    budget: '≤ 20 with 1,000',
    most: upTo([1_000, 20]),
    value: (herd) => herd.blockP99Ms,
    digits: 1,
  },
  { what: 'event loop blocked at a time, longest (ms)', value: (herd) => herd.blockMaxMs, digits: 1 },
  {
    what: 'resident memory (MB)',
    budget: '≤ 100 with 100, ≤ 200 with 1,000',
    most: upTo([100, 100], [1_000, 200]),
    value: (herd) => herd.residentMb,
    digits: 0,
  },
  { what: 'resident memory, peak (MB)', value: (herd) => herd.peakMb, digits: 0 },
  {
    what: 'requests to the engine in a round',
    budget: '0',
    most: always(0),
    value: (herd) => herd.engineRequests,
    digits: 0,
  },
  {
    what: 'start → first batch accepted (ms)',
    budget: '≤ 1,000 with 100',
    most: upTo([100, 1_000]),
    value: (herd) => herd.startMs,
    digits: 0,
  },
  {
    what: 'plimsoll once (ms)',
    budget: '≤ 1,000 with 100',
    most: upTo([100, 1_000]),
    value: (herd) => herd.onceMs,
    digits: 0,
  },
];

/** Ratios first: they hold where the times of a shared machine do not. */
export const ROWS: readonly BenchRow[] = [...RATIOS, ...COSTS, ...MOMENTS];
