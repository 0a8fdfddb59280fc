import { LIMITS, type OnLimit } from '../limits.ts';
import type { OtlpNumberDataPoint, OtlpResourceMetrics } from '../otlp/metrics-request.ts';
import { NO_RECORDED_VALUE, type OtlpKeyValue, type OtlpMetric, TEMPORALITY_DELTA } from '../otlp/metrics-request.ts';

/** One number of an OTLP request, as the page needs it. */
export type Point = {
  /** Name and attributes; equal for equal series. */
  readonly series: string;
  readonly metric: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** Absent where the point has no finite number. */
  readonly value?: number;
  readonly timeMs: number;
  readonly startMs: number;
  readonly delta: boolean;
  /** The sender says that the series has ended. */
  readonly ended: boolean;
};

/** Longer names and attributes come from no agent; they are cut, so that a sender cannot fill the memory. */
const MAX_TEXT_LENGTH = LIMITS.pageText.max;
const MAX_ATTRIBUTES = LIMITS.pageAttributes.max;

/** Attributes whose value is text (or a list that starts with one), by name. */
export function textAttributes(
  attributes: readonly OtlpKeyValue[] | undefined,
  onLimit?: OnLimit,
): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const { key, value } of attributes ?? []) {
    const text = value?.stringValue ?? value?.arrayValue?.values?.[0]?.stringValue;
    if (texts.size === MAX_ATTRIBUTES) {
      onLimit?.('pageAttributes');
      break;
    }
    if (key !== undefined && text !== undefined) {
      texts.set(key.slice(0, MAX_TEXT_LENGTH), text.slice(0, MAX_TEXT_LENGTH));
    }
  }
  return texts;
}

/** All points of gauges and sums of one resource, in the order of the request. */
export function* numberPoints(resourceMetrics: OtlpResourceMetrics, onLimit?: OnLimit): Generator<Point> {
  for (const scope of resourceMetrics.scopeMetrics ?? []) {
    for (const metric of scope.metrics ?? []) {
      for (const point of metric.gauge?.dataPoints ?? metric.sum?.dataPoints ?? [])
        yield toPoint(metric, point, onLimit);
    }
  }
}

function toPoint(metric: OtlpMetric, point: OtlpNumberDataPoint, onLimit?: OnLimit): Point {
  const name = (metric.name ?? '').slice(0, MAX_TEXT_LENGTH);
  const attributes = textAttributes(point.attributes, onLimit);
  const value = Number(point.asDouble ?? point.asInt ?? Number.NaN);
  return {
    series: JSON.stringify([name, ...[...attributes].sort(([one], [other]) => (one < other ? -1 : 1))]),
    metric: name,
    attributes,
    ...(Number.isFinite(value) && { value }),
    timeMs: Number(point.timeUnixNano ?? 0) / 1e6,
    startMs: Number(point.startTimeUnixNano ?? 0) / 1e6,
    delta: metric.sum?.aggregationTemporality === TEMPORALITY_DELTA,
    ended: ((point.flags ?? 0) & NO_RECORDED_VALUE) !== 0,
  };
}
