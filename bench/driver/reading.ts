import type { Container } from '../../src/sources/container.ts';
import { resolveAll } from '../../test/sources/resolve-all.ts';
import type { DriverPlan } from '../plan.ts';
import { runPlanned } from './pace.ts';
import type { DriverSources } from './sources.ts';

export type ReadingCost = { readonly cpuSeconds: number; readonly cycles: number; readonly containers: number };

/** Resolving, reading and parsing alone, as the agent does it in each cycle. Waiting for the next one is not in it. */
export async function measureReading(
  sources: DriverSources,
  containers: readonly Container[],
  plan: DriverPlan,
): Promise<ReadingCost> {
  const resolver = sources.createResolver();
  let cpuSeconds = 0;
  const cycle = (): void => {
    const before = process.cpuUsage();
    for (const resolved of resolveAll(resolver, containers)) sources.read(resolved);
    const { user, system } = process.cpuUsage(before);
    cpuSeconds += (user + system) / 1e6;
  };
  await runPlanned(plan, cycle, () => {
    cpuSeconds = 0;
  });
  return { cpuSeconds, cycles: plan.cycles, containers: containers.length };
}
