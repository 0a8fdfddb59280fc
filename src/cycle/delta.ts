import { AggregationTemporality, DataPointType, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { HrTime, SentTotals } from '../accounting/sent-totals.ts';
import { seriesKey } from '../push/points.ts';

type WritablePoint = { value: number; startTime: HrTime; endTime: HrTime };

/**
 * Makes differences of the totals of all monotonic sums. The SDK stays cumulative and the differences are taken here,
 * from totals that outlive providers and agents, so that their sum is the difference of the totals, and a provider that
 * is made anew never sends a total as a difference.
 */
export function toDeltas(metrics: ResourceMetrics, sent: SentTotals): void {
  const { unknownPast } = sent;
  for (const scope of metrics.scopeMetrics) {
    for (const metric of scope.metrics) {
      if (metric.dataPointType !== DataPointType.SUM || !metric.isMonotonic) continue;
      (metric as { aggregationTemporality: AggregationTemporality }).aggregationTemporality =
        AggregationTemporality.DELTA;
      for (const point of metric.dataPoints as WritablePoint[]) {
        const key = seriesKey(
          metric.descriptor.name,
          (point as unknown as { attributes: Record<string, string> }).attributes,
        );
        const last = sent.totals.get(key);
        const total = point.value;
        if (last && total >= last.value) {
          point.value = total - last.value;
          point.startTime = last.at;
        } else if (!last && unknownPast) {
          point.value = 0;
          point.startTime = point.endTime;
        }
        sent.totals.set(key, { value: total, at: point.endTime });
      }
    }
  }
  sent.unknownPast = false;
}
