import { AggregationTemporality, DataPointType, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { seriesKey } from './points.ts';

type HrTime = [number, number];

/** The totals that were sent last, by series, and when: what the next differences are taken from. */
export type DeltaMemory = {
  readonly totals: Map<string, { readonly value: number; readonly at: HrTime }>;
  /**
   * Whether what was sent of this container before is unknown: then the first totals are where counting begins, and
   * not a difference. A container that was measured from its start has no such past.
   */
  unknownPast: boolean;
};

type WritablePoint = { value: number; startTime: HrTime; endTime: HrTime };

/**
 * Makes differences of the totals of all monotonic sums. The SDK stays cumulative and the differences are taken here,
 * from totals that outlive providers and agents, so that their sum is the difference of the totals, and a provider that
 * is made anew never sends a total as a difference.
 */
export function toDeltas(metrics: ResourceMetrics, memory: DeltaMemory): void {
  const { unknownPast } = memory;
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
        const last = memory.totals.get(key);
        const total = point.value;
        if (last && total >= last.value) {
          point.value = total - last.value;
          point.startTime = last.at;
        } else if (!last && unknownPast) {
          point.value = 0;
          point.startTime = point.endTime;
        }
        memory.totals.set(key, { value: total, at: point.endTime });
      }
    }
  }
  memory.unknownPast = false;
}

/** Who a delta memory belongs to: a run of a container; push needs to know no more of it. */
export type DeltaOwner = { readonly id: string; readonly startedAtMs?: number | undefined };

export type DeltaMemories = {
  of(owner: DeltaOwner): DeltaMemory;
  /** Forgets all others. */
  keepOnly(owners: readonly DeltaOwner[]): void;
};

/** `sinceMs`: since when everything sent is known, as Unix time: what started before has an unknown past. */
export function createDeltaMemories(sinceMs: number): DeltaMemories {
  const memories = new Map<string, { readonly startedAtMs: number | undefined; readonly memory: DeltaMemory }>();

  return {
    of({ id, startedAtMs }) {
      const known = memories.get(id);
      if (known && known.startedAtMs === startedAtMs) return known.memory;
      const memory = { totals: new Map(), unknownPast: startedAtMs === undefined || startedAtMs < sinceMs };
      memories.set(id, { startedAtMs, memory });
      return memory;
    },
    keepOnly(owners) {
      const ids = new Set(owners.map(({ id }) => id));
      for (const id of memories.keys()) if (!ids.has(id)) memories.delete(id);
    },
  };
}
