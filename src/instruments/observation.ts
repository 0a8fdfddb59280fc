import type { Attributes } from '@opentelemetry/api';
import type { ContainerUsage } from '../accounting/usage.ts';
import type { MetricDefinition } from './definition.ts';
import type { ObservedMetric, Put } from './observed.ts';

/**
 * Everything that is observed of one usage: `count` points, in the order of their metrics. What stands behind `count` in
 * the lists is of no meaning.
 */
export type Observation = {
  readonly count: number;
  readonly metrics: readonly MetricDefinition[];
  readonly attributes: readonly (Attributes | undefined)[];
  readonly values: readonly number[];
};

export type Observer = {
  /** All that may be observed. */
  readonly metrics: readonly MetricDefinition[];
  /** Valid until the next call: the lists are used again, since this is done for every container in every cycle. */
  observe(usage: ContainerUsage): Observation;
};

/** One for all containers of which the same is measured. */
export function createObserver(
  isEnabled: (metric: MetricDefinition) => boolean,
  subjects: readonly ObservedMetric[],
): Observer {
  const enabled = subjects.filter(({ metric }) => isEnabled(metric));
  const metrics: MetricDefinition[] = [];
  const attributes: (Attributes | undefined)[] = [];
  const values: number[] = [];
  let count = 0;
  let current: MetricDefinition;
  const put: Put = (value, of) => {
    if (value === undefined) return;
    metrics[count] = current;
    attributes[count] = of;
    values[count] = value;
    count += 1;
  };

  return {
    metrics: enabled.map(({ metric }) => metric),
    observe(usage) {
      count = 0;
      for (const { metric, observe } of enabled) {
        current = metric;
        observe(usage, put);
      }
      return { count, metrics, attributes, values };
    },
  };
}

/** Of series of one metric, whose names of attributes are the same or one more, as a series of an executable has. */
export function haveSameAttributes(a: Attributes | undefined, b: Attributes | undefined): boolean {
  if (a === b) return true;
  if (!a || !b) return false;
  for (const name in a) if (a[name] !== b[name]) return false;
  for (const name in b) if (!(name in a)) return false;
  return true;
}
