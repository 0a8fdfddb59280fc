/** How often things are done with a herd of some size, so that small herds give steady numbers and large ones end. */
export type Plan = {
  readonly containers: number;
  readonly intervalMs: number;
  /** Shorter than an interval: a busy container has done something in each. */
  readonly busyPeriodMs: number;
  readonly rounds: number;
  /** Cycles of the agent in a round, and before the first. */
  readonly cycles: number;
  readonly warmCycles: number;
  readonly floorCycles: number;
  readonly driverCycles: number;
  readonly driverWarmCycles: number;
};

const MIN_INTERVAL_MS = 200;
const MS_PER_CONTAINER = 4;
const AGENT_WARM_SAMPLES = 1_000;
const FLOOR_SAMPLES = 5_000;
const DRIVER_SAMPLES = 4_000;
const DRIVER_WARM_SAMPLES = 6_000;
const LEAST_CYCLES = 5;

export type PlanOptions = { readonly containers: number; readonly rounds: number; readonly cycles: number };

export function planOf({ containers, rounds, cycles }: PlanOptions): Plan {
  const intervalMs = Math.max(MIN_INTERVAL_MS, containers * MS_PER_CONTAINER);
  const cyclesFor = (samples: number): number => Math.max(LEAST_CYCLES, Math.ceil(samples / containers));
  return {
    containers,
    intervalMs,
    busyPeriodMs: intervalMs / 2,
    rounds,
    cycles,
    warmCycles: cyclesFor(AGENT_WARM_SAMPLES),
    floorCycles: cyclesFor(FLOOR_SAMPLES),
    driverCycles: cyclesFor(DRIVER_SAMPLES),
    driverWarmCycles: cyclesFor(DRIVER_WARM_SAMPLES),
  };
}
