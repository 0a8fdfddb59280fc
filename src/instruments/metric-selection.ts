import type { MetricDefinition, MetricFamily } from './definition.ts';
import { METRIC_DEFINITIONS } from './definitions.ts';

export type MetricSelectionOptions = {
  readonly families: Readonly<Record<MetricFamily, boolean>>;
  /** Match names of metrics. What is excluded is off; what is included is on though its family is off. */
  readonly isIncluded: (name: string) => boolean;
  readonly isExcluded: (name: string) => boolean;
};

export type MetricSelection = {
  isEnabled(metric: MetricDefinition): boolean;
  /** Families of which at least one metric is on: what they need is read. */
  readonly families: ReadonlySet<MetricFamily>;
};

export function createMetricSelection(options: MetricSelectionOptions): MetricSelection {
  const isEnabled = ({ name, family }: MetricDefinition): boolean => {
    if (options.isExcluded(name)) return false;
    return family === undefined || options.families[family] || options.isIncluded(name);
  };
  const needed = METRIC_DEFINITIONS.filter(isEnabled).flatMap(({ family }) => family ?? []);
  return { isEnabled, families: new Set([...needed, ...BREAK_DOWNS.filter((family) => options.families[family])]) };
}

/** Families that have no metrics of their own: they split those of others. */
const BREAK_DOWNS = ['executables'] as const satisfies MetricFamily[];
