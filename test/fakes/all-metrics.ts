import { METRIC_FAMILIES, type MetricFamily } from '../../src/instruments/definition.ts';
import { CONTAINER_METRICS } from '../../src/instruments/index.ts';
import type { MetricSelection } from '../../src/instruments/metric-selection.ts';
import { createObserver } from '../../src/instruments/observation.ts';

/** Every metric is switched on. */
export const ALL_METRICS: MetricSelection = {
  families: new Set(Object.keys(METRIC_FAMILIES) as MetricFamily[]),
  isEnabled: () => true,
};

export const ALL_OBSERVED = createObserver(ALL_METRICS.isEnabled, CONTAINER_METRICS);
