import { METRIC_FAMILIES, type MetricFamily } from '../../src/instruments/definition.ts';
import type { MetricSelection } from '../../src/instruments/metric-selection.ts';

/** Every metric is switched on. */
export const ALL_METRICS: MetricSelection = {
  families: new Set(Object.keys(METRIC_FAMILIES) as MetricFamily[]),
  isEnabled: () => true,
};
