import type { BatchObservableResult, Meter } from '@opentelemetry/api';
import type { ContainerUsage } from '../accounting/usage.ts';
import { CPU } from './cpu.ts';
import type { MetricDefinition } from './definition.ts';
import { DISK } from './disk.ts';
import { createObservable } from './instrument.ts';
import { LIFE } from './life.ts';
import { MEMORY } from './memory.ts';
import { NETWORK } from './network.ts';
import type { ObservedMetric, Put } from './observed.ts';
import { PRESSURE } from './pressure.ts';
import { PROCESSES } from './processes.ts';
import { TASKS } from './tasks.ts';

/** Every metric of a container. A new subject is a file beside this one and a line here. */
export const CONTAINER_METRICS: readonly ObservedMetric[] = [
  ...PROCESSES,
  ...CPU,
  ...MEMORY,
  ...TASKS,
  ...DISK,
  ...PRESSURE,
  ...NETWORK,
  ...LIFE,
];

export type ContainerInstruments = {
  /** Points observed in the last collection. */
  observations(): number;
};

/**
 * Makes the instruments of one container. `usageNow` is asked once in each collection and its answer is observed by all
 * of them, so that the points of one collection are of one reading.
 */
export function registerContainerInstruments(
  meter: Meter,
  isEnabled: (metric: MetricDefinition) => boolean,
  usageNow: () => ContainerUsage,
): ContainerInstruments {
  let result: BatchObservableResult;
  let observations = 0;
  const observers = CONTAINER_METRICS.filter(({ metric }) => isEnabled(metric)).map(({ metric, observe }) => {
    const instrument = createObservable(meter, metric);
    const put: Put = (value, attributes) => {
      if (value === undefined) return;
      observations += 1;
      result.observe(instrument, value, attributes);
    };
    return { instrument, observe: (usage: ContainerUsage) => observe(usage, put) };
  });
  meter.addBatchObservableCallback(
    (current) => {
      result = current;
      observations = 0;
      const usage = usageNow();
      for (const { observe } of observers) observe(usage);
    },
    observers.map(({ instrument }) => instrument),
  );
  return { observations: () => observations };
}
