import type { Attributes } from '@opentelemetry/api';
import type { ContainerUsage } from '../accounting/usage.ts';
import type { MetricDefinition } from './definition.ts';

/** Puts one point; undefined puts none: absent is not zero. */
export type Put = (value: number | undefined, attributes?: Attributes) => void;

/** One metric of a container and how it is observed from the container's usage. */
export type ObservedMetric = {
  readonly metric: MetricDefinition;
  readonly observe: (usage: ContainerUsage, put: Put) => void;
};

export const observed = (metric: MetricDefinition, observe: ObservedMetric['observe']): ObservedMetric => ({
  metric,
  observe,
});
