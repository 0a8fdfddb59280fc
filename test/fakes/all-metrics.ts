import { METRIC_FAMILIES } from '../../src/instruments/definition.ts';
import type { MetricSelection } from '../../src/instruments/metric-selection.ts';

/** Every metric is switched on. */
export const ALL_METRICS: MetricSelection = { families: new Set(METRIC_FAMILIES), isEnabled: () => true };
