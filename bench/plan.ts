/** How often things are done with a herd of some size, so that small herds give steady numbers and large ones end. */
export type Plan = {
  readonly containers: number;
  readonly intervalMs: number;
  /** Shorter than an interval: a busy container has done something in each. */
  readonly busyPeriodMs: number;
  readonly rounds: number;
  /** Cycles of a round, of the agent and of whatever stands beside it. */
  readonly cycles: number;
  /** Cycles of the agent before the first round. */
  readonly warmCycles: number;
  /** Cycles of a floor that does not rest between them. */
  readonly hotCycles: number;
  readonly driver: DriverPlan;
};

/** What a driver does before and while it is measured. It has a cycle each interval, as the agent has. */
export type DriverPlan = {
  /** One right after the other, so that V8 has compiled everything; most of the herd is rested in them. */
  readonly hotCycles: number;
  /** Then with a pause, in which the busy half works. */
  readonly warmCycles: number;
  readonly warmIntervalMs: number;
  readonly cycles: number;
  readonly intervalMs: number;
};

const MIN_INTERVAL_MS = 100;
const MS_PER_CONTAINER = 4;
/** Large herds are given less time, or a run of 2,000 would take half an hour. */
const LARGE = 400;
const MS_PER_CONTAINER_OF_LARGE = 2;
/** Of the agent and of the drivers alike. V8 still compiles in an agent's first minutes; afterwards it need not. */
const WARM_SAMPLES = 36_000;
const LEAST_WARM_CYCLES = 60;
/** An hour of them, at the interval that is the default. */
const MOST_WARM_CYCLES = 360;
const HOT_SAMPLES = 5_000;
const LEAST_HOT_CYCLES = 5;
const PACED_SAMPLES = 1_500;
const MOST_PACED_CYCLES = 40;

export type PlanOptions = { readonly containers: number; readonly rounds: number; readonly cycles: number };

export function planOf({ containers, rounds, cycles }: PlanOptions): Plan {
  const intervalMs = Math.max(
    MIN_INTERVAL_MS,
    Math.min(containers, LARGE) * MS_PER_CONTAINER,
    containers * MS_PER_CONTAINER_OF_LARGE,
  );
  const cyclesFor = (samples: number): number => Math.ceil(samples / containers);
  const warmCycles = Math.min(MOST_WARM_CYCLES, Math.max(LEAST_WARM_CYCLES, cyclesFor(WARM_SAMPLES)));
  const busyPeriodMs = intervalMs / 2;
  const paced = Math.min(MOST_PACED_CYCLES, Math.max(cycles, cyclesFor(PACED_SAMPLES)));
  return {
    containers,
    intervalMs,
    busyPeriodMs,
    rounds,
    cycles: paced,
    warmCycles,
    hotCycles: Math.max(LEAST_HOT_CYCLES, cyclesFor(HOT_SAMPLES)),
    driver: {
      hotCycles: warmCycles,
      warmCycles: Math.min(MOST_PACED_CYCLES, warmCycles),
      warmIntervalMs: busyPeriodMs,
      cycles: paced,
      intervalMs,
    },
  };
}
