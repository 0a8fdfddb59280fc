import { METRICS } from './definitions.ts';
import { type ObservedMetric, observed } from './observed.ts';

export const TASKS: readonly ObservedMetric[] = [
  observed(METRICS.taskCount, ({ tasks }, put) => put(tasks.count)),
  observed(METRICS.taskLimit, ({ tasks }, put) => put(tasks.limit)),
];
