import type { ContainerUsage, ProcessesUsage } from '../accounting/usage.ts';
import type { MetricFamily } from '../instruments/definition.ts';

/** Totals that the accounts go on knowing when nothing new is read; all else is absent by itself. */
const REMEMBERED: readonly (readonly [MetricFamily, keyof ProcessesUsage])[] = [
  ['contextSwitches', 'contextSwitches'],
  ['processDisk', 'io'],
];

/** A total that nobody reads must not be told as if it stood still. */
export function withoutThinned(usage: ContainerUsage, thinned: ReadonlySet<MetricFamily>): ContainerUsage {
  const forgotten = REMEMBERED.filter(([family]) => thinned.has(family)).map(([, field]) => [field, undefined]);
  if (!usage.processes || forgotten.length === 0) return usage;
  return { ...usage, processes: { ...usage.processes, ...Object.fromEntries(forgotten) } };
}
