import { ValueType } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationTemporality, DataPointType, type ResourceMetrics } from '@opentelemetry/sdk-metrics';

/** Metrics, each a list of points. */
export type Made = readonly (readonly {
  readonly isInteger: boolean;
  readonly attributes: Readonly<Record<string, string>>;
  readonly value: number;
}[])[];

/** As the SDK makes them, all at this time: sums and gauges in turn. */
export function resourceMetrics(made: Made, endTime: [number, number]): ResourceMetrics {
  const metrics = made.map((points, at) => ({
    descriptor: {
      name: `metric.${at}`,
      description: 'about',
      unit: '1',
      valueType: points[0]?.isInteger ? ValueType.INT : ValueType.DOUBLE,
      advice: {},
    },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    ...(at % 2 === 0
      ? { dataPointType: DataPointType.SUM as const, isMonotonic: true }
      : { dataPointType: DataPointType.GAUGE as const }),
    dataPoints: points.map(({ attributes, value }) => ({
      attributes,
      value,
      startTime: [1, 2] as [number, number],
      endTime,
    })),
  }));
  const scopeMetrics = [{ scope: { name: 'test', version: '1' }, metrics }];
  return { resource: resourceFromAttributes({ 'container.id': 'a'.repeat(64) }), scopeMetrics } as ResourceMetrics;
}
