import { type Histogram, type Meter, type Observable, ValueType } from '@opentelemetry/api';
import type { MetricDefinition } from './definition.ts';

export function createObservable(meter: Meter, metric: MetricDefinition): Observable {
  const { name } = metric;
  switch (metric.kind) {
    case 'counter':
      return meter.createObservableCounter(name, optionsOf(metric));
    case 'updowncounter':
      return meter.createObservableUpDownCounter(name, optionsOf(metric));
    case 'gauge':
      return meter.createObservableGauge(name, optionsOf(metric));
    case 'histogram':
      throw new Error(`BUG: ${name} is a histogram and cannot be observed`);
  }
}

/** Bounds in seconds, from a fifth of a millisecond to a whole default interval. */
const DURATION_BOUNDARIES = [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

export function createDurationHistogram(meter: Meter, metric: MetricDefinition): Histogram {
  return meter.createHistogram(metric.name, {
    ...optionsOf(metric),
    advice: { explicitBucketBoundaries: DURATION_BOUNDARIES },
  });
}

function optionsOf({ description, unit, valueType }: MetricDefinition) {
  return { description, unit, valueType: valueType === 'int' ? ValueType.INT : ValueType.DOUBLE };
}
