import { setTimeout as sleep } from 'node:timers/promises';
import type { DriverPlan } from '../plan.ts';

/** Resolves when the next interval begins; at once where it has begun already or where there is none. */
export type Pace = () => Promise<void>;

/** Cycles that begin an interval apart, however long each takes. */
export function createPace(intervalMs: number): Pace {
  let next = performance.now();
  return async () => {
    next += intervalMs;
    const leftMs = next - performance.now();
    if (leftMs > 0) await sleep(leftMs);
  };
}

/** Warms up as it is planned, and then does what is measured. */
export async function runPlanned(
  plan: DriverPlan,
  cycle: () => Promise<void> | void,
  beginMeasuring: () => void,
): Promise<void> {
  for (let count = 0; count < plan.hotCycles; count++) await cycle();
  const warmPace = createPace(plan.warmIntervalMs);
  for (let count = 0; count < plan.warmCycles; count++) {
    await warmPace();
    await cycle();
  }
  const pace = createPace(plan.intervalMs);
  beginMeasuring();
  for (let count = 0; count < plan.cycles; count++) {
    await pace();
    await cycle();
  }
}
