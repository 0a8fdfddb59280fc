import type {
  OtlpMetric,
  OtlpMetricsRequest,
  OtlpNumberDataPoint,
  OtlpResourceMetrics,
} from '../src/otlp/metrics-request.ts';

/** One body that a sink accepted. */
export type Push = { readonly atMs: number; readonly bytes: number; readonly request: OtlpMetricsRequest };

/** What was delivered of containers, the agent's own metrics left out. */
export type Deliveries = {
  /** A container in a cycle. */
  readonly samples: number;
  /** Of these, with values that were read since the container's last sample. */
  readonly readAnew: number;
  readonly points: number;
  /** Of the bodies with containers in them, as they went over the wire. */
  readonly bytes: number;
  /** For each cycle: from its oldest point to its newest, in milliseconds. */
  readonly spreadsMs: readonly number[];
};

const CONTAINER_ID = 'container.id';
const NS_PER_MS = 1_000_000n;

export function summarize(pushes: readonly Push[]): Deliveries {
  const ofContainers = pushes.filter(({ request }) => (request.resourceMetrics ?? []).some(isOfContainer));
  const resources = ofContainers.flatMap(({ request }) => (request.resourceMetrics ?? []).filter(isOfContainer));
  const points = resources.map(pointsOf);
  return {
    samples: resources.length,
    // Who pushes has read before.
    readAnew: resources.length,
    points: points.reduce((sum, each) => sum + each.length, 0),
    bytes: ofContainers.reduce((sum, { bytes }) => sum + bytes, 0),
    spreadsMs: spreadsOf(resources.map((resource, at) => ({ id: containerIdOf(resource)!, points: points[at]! }))),
  };
}

/** The n-th sample of each container is of the n-th cycle. */
function spreadsOf(samples: readonly { id: string; points: readonly OtlpNumberDataPoint[] }[]): number[] {
  const seen = new Map<string, number>();
  const cycles: { oldest: bigint; newest: bigint }[] = [];
  for (const { id, points } of samples) {
    const cycle = seen.get(id) ?? 0;
    seen.set(id, cycle + 1);
    for (const { timeUnixNano } of points) {
      const at = BigInt(timeUnixNano ?? 0);
      cycles[cycle] ??= { oldest: at, newest: at };
      if (at < cycles[cycle].oldest) cycles[cycle].oldest = at;
      if (at > cycles[cycle].newest) cycles[cycle].newest = at;
    }
  }
  return cycles.map(({ oldest, newest }) => Number((newest - oldest) / NS_PER_MS));
}

export function containerIdOf({ resource }: OtlpResourceMetrics): string | undefined {
  return resource?.attributes?.find(({ key }) => key === CONTAINER_ID)?.value?.stringValue;
}

const isOfContainer = (resource: OtlpResourceMetrics): boolean => containerIdOf(resource) !== undefined;

function pointsOf({ scopeMetrics = [] }: OtlpResourceMetrics): OtlpNumberDataPoint[] {
  return scopeMetrics.flatMap(({ metrics = [] }) => metrics.flatMap(numberPoints));
}

/** Containers have no histograms. */
function numberPoints({ gauge, sum }: OtlpMetric): readonly OtlpNumberDataPoint[] {
  return gauge?.dataPoints ?? sum?.dataPoints ?? [];
}
