import type { Attributes } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import type { HrTime, SentTotal, SentTotals } from '../accounting/sent-totals.ts';
import { METRIC_DEFINITIONS } from '../instruments/definitions.ts';
import { ATTR_NETWORK_INTERFACE_NAME } from '../instruments/semconv.ts';
import { isLater, seriesKey } from '../push/points.ts';

type WritablePoint = { -readonly [field in keyof DataPoint<number>]: DataPoint<number>[field] };

/** The difference of a total to what was sent, and since when. */
type Difference = { readonly value: number; readonly since: HrTime };

export type Deltas = {
  /** Makes differences of the totals of all monotonic sums. */
  apply(metrics: ResourceMetrics): void;
  /** Forgets the series of interfaces that accounting has forgotten: those that come back have a start of their own. */
  forgetInterfaces(names: readonly string[]): void;
};

/**
 * The SDK stays cumulative and the differences are taken here, from totals that outlive providers and agents, so that
 * their sum is the difference of the totals, and a provider that is made anew never sends a total as a difference.
 *
 * A series of which nothing is known to have been sent begins with all that it counts only where that can be known to be
 * new: in a run that is measured from its start, and where the same was measured of others before, as of the interface
 * that there was before another was connected. Everywhere else its first total is where counting begins (docs/adr/0015).
 */
export function createDeltas(sent: SentTotals, runStart: HrTime): Deltas {
  const isFromStart = !sent.unknownPast && sent.totals.size === 0;
  /** What was measured up to now, whatever it was of. */
  const kinds = new Set<string>();

  function differenceOf(point: WritablePoint, last: SentTotal | undefined, isNew: boolean): Difference {
    const { value, startTime, endTime } = point;
    const start = ownStart(point);
    if (!last) return isNew ? { value, since: startTime } : { value: 0, since: endTime };
    if (isSame(start, last.start)) return { value: Math.max(0, value - last.value), since: last.at };
    const beganSince = start !== undefined && isLater(start, last.at);
    return beganSince ? { value, since: startTime } : { value: 0, since: endTime };
  }

  const ownStart = ({ startTime }: WritablePoint): HrTime | undefined =>
    isSame(startTime, runStart) ? undefined : startTime;

  return {
    apply(metrics) {
      const found: string[] = [];
      for (const { name, point } of monotonicPoints(metrics)) {
        const key = seriesKey(name, point.attributes);
        const kind = seriesKey(name, withoutOpen(point.attributes));
        found.push(kind);
        const last = sent.totals.get(key);
        const { value, since } = differenceOf(point, last, isFromStart || kinds.has(kind));
        const start = ownStart(point);
        // One that is below what was sent stands still until it is past that.
        const total = last && isSame(start, last.start) ? Math.max(point.value, last.value) : point.value;
        sent.totals.set(key, { value: total, at: point.endTime, ...(start && { start }) });
        point.value = value;
        point.startTime = since;
      }
      for (const kind of found) kinds.add(kind);
    },
    forgetInterfaces(names) {
      for (const name of names) {
        for (const { metric, attributes } of SERIES_OF_INTERFACE)
          sent.totals.delete(seriesKey(metric, { ...attributes, [ATTR_NETWORK_INTERFACE_NAME]: name }));
      }
    },
  };
}

function* monotonicPoints({ scopeMetrics }: ResourceMetrics): Generator<{ name: string; point: WritablePoint }> {
  for (const { metrics } of scopeMetrics) {
    for (const metric of metrics) {
      if (metric.dataPointType !== DataPointType.SUM || !metric.isMonotonic) continue;
      (metric as { aggregationTemporality: AggregationTemporality }).aggregationTemporality =
        AggregationTemporality.DELTA;
      for (const point of metric.dataPoints) yield { name: metric.descriptor.name, point };
    }
  }
}

const isSame = (a: HrTime | undefined, b: HrTime | undefined): boolean => a?.[0] === b?.[0] && a?.[1] === b?.[1];

/** Attributes that can have any value: what a container happens to have, as interfaces, tells its series apart. */
const OPEN_ATTRIBUTES: ReadonlySet<string> = new Set(
  METRIC_DEFINITIONS.flatMap(({ attributes }) => attributes.filter(({ values }) => !values).map(({ name }) => name)),
);

function withoutOpen(attributes: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, OPEN_ATTRIBUTES.has(name) ? '' : value]),
  );
}

/** All series of one interface, but for its name. */
const SERIES_OF_INTERFACE: readonly { readonly metric: string; readonly attributes: Attributes }[] =
  METRIC_DEFINITIONS.filter(({ attributes }) =>
    attributes.some(({ name }) => name === ATTR_NETWORK_INTERFACE_NAME),
  ).flatMap(({ name: metric, attributes }) =>
    attributes.flatMap(({ name, values = [] }) => values.map((value) => ({ metric, attributes: { [name]: value } }))),
  );
