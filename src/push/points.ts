import type { Attributes } from '@opentelemetry/api';
import type { DataPoint, MetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics';

const MS_PER_SECOND = 1000;
const NS_PER_MS = 1e6;

export type HrTime = [number, number];
type Writable = { startTime: HrTime; endTime: HrTime };

export const toHrTime = (unixMs: number): HrTime => {
  const seconds = Math.floor(unixMs / MS_PER_SECOND);
  return [seconds, Math.floor((unixMs - seconds * MS_PER_SECOND) * NS_PER_MS)];
};

export function countPoints({ scopeMetrics }: ResourceMetrics): number {
  let count = 0;
  for (const { metrics } of scopeMetrics) for (const { dataPoints } of metrics) count += dataPoints.length;
  return count;
}

/**
 * Gives the points of each metric the start from which its counter really runs, which the SDK cannot know: it takes the
 * first observation. A series then goes on unbroken when the agent is restarted.
 */
export function setStartTimes(
  metrics: ResourceMetrics,
  startUnixMsOf: (metricName: string, attributes: Attributes) => number,
): void {
  for (const scope of metrics.scopeMetrics) {
    for (const { descriptor, dataPoints } of scope.metrics) {
      for (const point of dataPoints)
        (point as Writable).startTime = toHrTime(startUnixMsOf(descriptor.name, point.attributes));
    }
  }
}

/** The same metrics without the series that the others have, too. */
export function withoutSeriesOf(metrics: ResourceMetrics, others: ResourceMetrics): ResourceMetrics {
  const known = new Set<string>();
  for (const { metrics: list } of others.scopeMetrics) {
    for (const { descriptor, dataPoints } of list) {
      for (const { attributes } of dataPoints) known.add(seriesKey(descriptor.name, attributes));
    }
  }
  const scopeMetrics = metrics.scopeMetrics.map((scope) => ({
    ...scope,
    metrics: scope.metrics
      .map((metric) => ({
        ...metric,
        dataPoints: (metric.dataPoints as DataPoint<number>[]).filter(
          ({ attributes }) => !known.has(seriesKey(metric.descriptor.name, attributes)),
        ),
      }))
      .filter(({ dataPoints }) => dataPoints.length > 0) as MetricData[],
  }));
  return { ...metrics, scopeMetrics };
}

/** What tells one series of a Resource from another. */
export function seriesKey(metricName: string, attributes: Attributes): string {
  const entries = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([metricName, ...entries]);
}

/** Dates all points; the end of a series must be dated after its last value and before any that may follow it. */
export function setEndTime(metrics: ResourceMetrics, endTime: HrTime): void {
  for (const scope of metrics.scopeMetrics) {
    for (const { dataPoints } of scope.metrics) for (const point of dataPoints) (point as Writable).endTime = endTime;
  }
}

export const isLater = (a: HrTime, b: HrTime): boolean => a[0] > b[0] || (a[0] === b[0] && a[1] > b[1]);
