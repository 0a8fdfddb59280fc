import type { Attributes } from '@opentelemetry/api';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { HrTime } from '../accounting/sent-totals.ts';
import type { MetricDefinition } from '../instruments/definition.ts';
import { haveSameAttributes, type Observation } from '../instruments/observation.ts';
import type { Encoding } from '../push/encoding.ts';
import { seriesKey } from '../push/points.ts';
import type { Template } from '../push/template.ts';

/**
 * What was sent last of each container. As long as the same series are observed, the SDK need not make points of them again
 * nor the serializer bytes: the new values and time go into the message that was sent (docs/adr/0014).
 */
export type Templates = {
  put(id: string, chunk: Uint8Array, metrics: ResourceMetrics): void;
  /** Whether `fill` can say this. */
  fits(id: string, observation: Observation): boolean;
  /** The message sent last with the values of an observation that `fits`. Valid until the container's next. */
  fill(id: string, at: HrTime, observation: Observation): Filled;
  forget(id: string): void;
};

export type Filled = { readonly chunk: Uint8Array; readonly pointCount: number };

/** The series of a template, in the order in which they are observed. */
type Series = {
  readonly metric: MetricDefinition;
  readonly attributes: Attributes | undefined;
  readonly point: number;
};
type Form = { readonly template: Template; readonly series: readonly Series[]; readonly values: number[] };
type Sent = { readonly chunk: Uint8Array; readonly metrics: ResourceMetrics };

/** Undefined where the encoding has no templates. */
export function createTemplates({ template: createTemplate }: Pick<Encoding, 'template'>): Templates | undefined {
  if (!createTemplate) return undefined;
  /** A form is only made when it is asked for: what is observed in one cycle only has none. */
  const entries = new Map<string, Sent | Form>();

  function formOf({ chunk, metrics }: Sent, observation: Observation): Form | undefined {
    const series = pointsOf(observation, metrics);
    const template = series && createTemplate!(chunk);
    return template && template.pointCount === series.length ? { template, series, values: [] } : undefined;
  }

  return {
    put: (id, chunk, metrics) => void entries.set(id, { chunk, metrics }),
    fits(id, observation) {
      const entry = entries.get(id);
      if (!entry) return false;
      const form = 'series' in entry ? entry : formOf(entry, observation);
      if (!form) return false;
      if (form !== entry) entries.set(id, form);
      return isOf(form, observation);
    },
    fill(id, at, { values }) {
      const form = entries.get(id);
      if (!form || !('series' in form)) throw new Error(`BUG: no template of container ${id}`);
      const { template, series, values: ordered } = form;
      for (let index = 0; index < series.length; index += 1) ordered[series[index]!.point] = values[index]!;
      return { chunk: template.fill(at, ordered), pointCount: series.length };
    },
    forget: (id) => void entries.delete(id),
  };
}

/** The observed series with the place of each one's point in the message; undefined where the message has others. */
function pointsOf({ count, metrics: observed, attributes }: Observation, sent: ResourceMetrics): Series[] | undefined {
  const keys = sent.scopeMetrics.flatMap(({ metrics }) =>
    metrics.flatMap(({ descriptor, dataPoints }) =>
      (dataPoints as readonly { attributes: Attributes }[]).map((point) =>
        seriesKey(descriptor.name, point.attributes),
      ),
    ),
  );
  if (keys.length !== count) return undefined;
  const places = new Map(keys.map((key, place) => [key, place]));
  const series: Series[] = [];
  for (let index = 0; index < count; index += 1) {
    const metric = observed[index]!;
    const of = attributes[index];
    const point = places.get(seriesKey(metric.name, of ?? {}));
    if (point === undefined) return undefined;
    series.push({ metric, attributes: of, point });
  }
  return series;
}

function isOf({ series, template }: Form, { count, metrics, attributes, values }: Observation): boolean {
  if (count !== series.length) return false;
  for (let index = 0; index < count; index += 1) {
    const { metric, attributes: of, point } = series[index]!;
    if (metric !== metrics[index] || !haveSameAttributes(of, attributes[index])) return false;
    if (!template.accepts(point, values[index]!)) return false;
  }
  return true;
}
