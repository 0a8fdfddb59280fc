import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';

export type FlatPoint = {
  /** Metric name and attribute values, as `container.cpu.time user`. */
  readonly series: string;
  readonly value: unknown;
  readonly startTime: readonly [number, number];
  readonly endTime: readonly [number, number];
};

export function pointsOf({ scopeMetrics }: ResourceMetrics): readonly FlatPoint[] {
  return scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value, startTime, endTime }) => ({
        series: [descriptor.name, ...Object.values(attributes)].join(' '),
        value,
        startTime: startTime as [number, number],
        endTime: endTime as [number, number],
      })),
    );
}

export const seriesOf = (metrics: ResourceMetrics): readonly string[] => pointsOf(metrics).map(({ series }) => series);

export const valueIn = (metrics: ResourceMetrics, series: string): unknown =>
  pointsOf(metrics).find((point) => point.series === series)?.value;
