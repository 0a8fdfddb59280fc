import type { BatchObservableCallback, Meter } from '@opentelemetry/api';
import { CONNECTIONS } from './connections.ts';
import { CPU } from './cpu.ts';
import type { MetricDefinition } from './definition.ts';
import { DISK } from './disk.ts';
import { FILESYSTEM } from './filesystem.ts';
import { createObservable } from './instrument.ts';
import { LIFE } from './life.ts';
import { MEMORY } from './memory.ts';
import { NETWORK } from './network.ts';
import type { Observation } from './observation.ts';
import type { ObservedMetric } from './observed.ts';
import { PRESSURE } from './pressure.ts';
import { PROCESS_DETAILS } from './process-details.ts';
import { PROCESSES } from './processes.ts';
import { TASKS } from './tasks.ts';

/** Every metric of a container. A new subject is a file beside this one and a line here. */
export const CONTAINER_METRICS: readonly ObservedMetric[] = [
  ...PROCESSES,
  ...PROCESS_DETAILS,
  ...CPU,
  ...MEMORY,
  ...TASKS,
  ...DISK,
  ...PRESSURE,
  ...NETWORK,
  ...CONNECTIONS,
  ...FILESYSTEM,
  ...LIFE,
];

/**
 * Makes the instruments of one container, in the order of `metrics`. `observationNow` is asked once in each collection, so
 * that the points of one collection are of one reading.
 */
export function registerContainerInstruments(
  meter: Meter,
  metrics: readonly MetricDefinition[],
  observationNow: () => Observation,
): void {
  const instruments = new Map(metrics.map((metric) => [metric, createObservable(meter, metric)]));
  const observeAll: BatchObservableCallback = (result) => {
    const { count, metrics: observed, values, attributes } = observationNow();
    for (let at = 0; at < count; at += 1) result.observe(instruments.get(observed[at]!)!, values[at]!, attributes[at]);
  };
  meter.addBatchObservableCallback(observeAll, [...instruments.values()]);
}
