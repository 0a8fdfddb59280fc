import type { OtlpRequest } from './collector.ts';

export type ReceivedPoint = {
  readonly metric: string;
  readonly unit: string;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly timeSeconds: number;
  /** From when a sum runs; 0 for a gauge. */
  readonly startSeconds: number;
  readonly isMonotonic: boolean;
  /** Undefined where the point is a staleness marker. */
  readonly value: number | undefined;
  readonly stale: boolean;
};

const NO_RECORDED_VALUE = 1;

/** Every number point of these OTLP/JSON requests, flat; histograms are left out. */
export function pointsOf(requests: readonly OtlpRequest[]): ReceivedPoint[] {
  return requests.flatMap((request) =>
    (request.resourceMetrics ?? []).flatMap((resourceMetrics: OtlpRequest) =>
      resourceMetrics.scopeMetrics.flatMap((scope: OtlpRequest) =>
        (scope.metrics ?? []).flatMap((metric: OtlpRequest) => pointsOfMetric(metric, resourceMetrics.resource)),
      ),
    ),
  );
}

function pointsOfMetric(metric: OtlpRequest, resource: OtlpRequest): ReceivedPoint[] {
  const dataPoints: OtlpRequest[] = (metric.sum ?? metric.gauge)?.dataPoints ?? [];
  return dataPoints.map((point) => {
    const stale = ((point.flags ?? 0) & NO_RECORDED_VALUE) !== 0;
    return {
      metric: metric.name,
      unit: metric.unit ?? '',
      resource: plain(resource?.attributes),
      attributes: plain(point.attributes),
      timeSeconds: Number(point.timeUnixNano) / 1e9,
      startSeconds: Number(point.startTimeUnixNano ?? 0) / 1e9,
      isMonotonic: metric.sum?.isMonotonic === true,
      value: stale ? undefined : Number(point.asDouble ?? point.asInt),
      stale,
    };
  });
}

function plain(attributes: readonly OtlpRequest[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value ?? {})[0]]));
}
