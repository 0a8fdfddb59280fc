import { type Attributes, ValueType } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { type AggregationTemporality, MeterProvider, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { PullReader } from '../../src/push/pull-reader.ts';

/** What the SDK collects of a counter, an up-down counter, a gauge and a histogram, each with two points. */
export async function collectSample(
  attributes: Attributes,
  temporality?: AggregationTemporality,
): Promise<ResourceMetrics> {
  const reader = new PullReader(temporality === undefined ? {} : { aggregationTemporalitySelector: () => temporality });
  const provider = new MeterProvider({ resource: resourceFromAttributes(attributes), readers: [reader] });
  const meter = provider.getMeter('test');
  const sides = [{ side: 'left' }, { side: 'right' }];
  meter.createObservableCounter('counter', { unit: 's' }).addCallback((result) => {
    for (const each of sides) result.observe(1.5, each);
  });
  meter.createObservableUpDownCounter('level', { unit: 'By', valueType: ValueType.INT }).addCallback((result) => {
    for (const each of sides) result.observe(2 ** 40, each);
  });
  meter.createObservableGauge('gauge').addCallback((result) => {
    for (const each of sides) result.observe(-0.5, each);
  });
  const histogram = meter.createHistogram('duration', { advice: { explicitBucketBoundaries: [1, 2] } });
  for (const each of sides) histogram.record(1.2, each);
  const metrics = await reader.pull();
  await provider.shutdown();
  return metrics;
}
