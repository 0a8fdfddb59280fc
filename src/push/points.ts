import { AggregationTemporality, DataPointType, type ResourceMetrics } from '@opentelemetry/sdk-metrics';

const MS_PER_SECOND = 1000;
const NS_PER_MS = 1e6;

type HrTime = [number, number];
type Writable = { startTime: HrTime; endTime: HrTime };

export const toHrTime = (unixMs: number): HrTime => {
  const seconds = Math.floor(unixMs / MS_PER_SECOND);
  return [seconds, Math.round((unixMs - seconds * MS_PER_SECOND) * NS_PER_MS)];
};

export function countPoints({ scopeMetrics }: ResourceMetrics): number {
  let count = 0;
  for (const { metrics } of scopeMetrics) for (const { dataPoints } of metrics) count += dataPoints.length;
  return count;
}

/**
 * Gives all cumulative points the start from which their counters really run, which the SDK cannot know: it takes the
 * first observation. A series then goes on unbroken when the agent is restarted. Delta points keep their own starts.
 */
export function setStartTime(metrics: ResourceMetrics, startUnixMs: number): void {
  const startTime = toHrTime(startUnixMs);
  for (const scope of metrics.scopeMetrics) {
    for (const metric of scope.metrics) {
      if (
        metric.dataPointType !== DataPointType.GAUGE &&
        metric.aggregationTemporality === AggregationTemporality.DELTA
      )
        continue;
      for (const point of metric.dataPoints) (point as Writable).startTime = startTime;
    }
  }
}

/** Dates all points; the end of a series must be dated after its last value and before any that may follow it. */
export function setEndTime(metrics: ResourceMetrics, endTime: HrTime): void {
  for (const scope of metrics.scopeMetrics) {
    for (const { dataPoints } of scope.metrics) for (const point of dataPoints) (point as Writable).endTime = endTime;
  }
}

/** The latest time of any point. */
export function lastTime({ scopeMetrics }: ResourceMetrics): HrTime | undefined {
  let last: HrTime | undefined;
  for (const { metrics } of scopeMetrics) {
    for (const { dataPoints } of metrics) {
      for (const { endTime } of dataPoints) if (!last || isLater(endTime, last)) last = endTime as HrTime;
    }
  }
  return last;
}

const isLater = (a: readonly [number, number], b: readonly [number, number]): boolean =>
  a[0] > b[0] || (a[0] === b[0] && a[1] > b[1]);
