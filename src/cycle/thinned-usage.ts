import type { ContainerUsage, ExecutableUsage, ProcessesUsage } from '../accounting/usage.ts';
import type { MetricFamily } from '../instruments/definition.ts';

type Field = keyof (ProcessesUsage & ExecutableUsage);

/** Totals that the accounts go on knowing when nothing new is read; all else is absent by itself. */
const REMEMBERED: readonly (readonly [MetricFamily, Field])[] = [
  ['contextSwitches', 'contextSwitches'],
  ['processDisk', 'io'],
];

/** A total that nobody reads must not be told as if it stood still, neither of all processes nor of an executable's. */
export function withoutThinned(usage: ContainerUsage, thinned: ReadonlySet<MetricFamily>): ContainerUsage {
  if (thinned.size === 0) return usage;
  const { processes } = usage;
  const fields = REMEMBERED.filter(([family]) => thinned.has(family)).map(([, field]) => field);
  if (!processes || fields.length === 0) return usage;
  const without = Object.fromEntries(fields.map((field) => [field, undefined]));
  const executables = processes.executables?.map((executable) => ({ ...executable, ...without }));
  return { ...usage, processes: { ...processes, ...without, executables } };
}
