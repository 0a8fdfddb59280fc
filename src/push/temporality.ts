import {
  AggregationTemporalityPreference,
  CumulativeTemporalitySelector,
  DeltaTemporalitySelector,
  LowMemoryTemporalitySelector,
} from '@opentelemetry/exporter-metrics-otlp-http';
import type { AggregationTemporalitySelector } from '@opentelemetry/sdk-metrics';

export type Temporality = 'cumulative' | 'delta' | 'lowmemory';

export const TEMPORALITY_SELECTORS: Readonly<Record<Temporality, AggregationTemporalitySelector>> = {
  cumulative: CumulativeTemporalitySelector,
  delta: DeltaTemporalitySelector,
  lowmemory: LowMemoryTemporalitySelector,
};

export const TEMPORALITY_PREFERENCES: Readonly<Record<Temporality, AggregationTemporalityPreference>> = {
  cumulative: AggregationTemporalityPreference.CUMULATIVE,
  delta: AggregationTemporalityPreference.DELTA,
  lowmemory: AggregationTemporalityPreference.LOWMEMORY,
};
