import type { Container } from '../../src/sources/container.ts';
import { resolveAll } from '../../test/sources/resolve-all.ts';
import type { DriverSources } from './sources.ts';

export type ReadingCost = { readonly cpuSeconds: number; readonly cycles: number; readonly containers: number };

/** Resolving, reading and parsing alone, as the agent does it in each cycle. */
export function measureReading(
  sources: DriverSources,
  containers: readonly Container[],
  { warmCycles, cycles }: { readonly warmCycles: number; readonly cycles: number },
): ReadingCost {
  const resolver = sources.createResolver();
  const cycle = (): void => {
    for (const resolved of resolveAll(resolver, containers)) sources.read(resolved);
  };
  for (let count = 0; count < warmCycles; count++) cycle();
  const before = process.cpuUsage();
  for (let count = 0; count < cycles; count++) cycle();
  const { user, system } = process.cpuUsage(before);
  return { cpuSeconds: (user + system) / 1e6, cycles, containers: containers.length };
}
