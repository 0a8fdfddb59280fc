import type { Attributes } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { MetricDefinition } from '../instruments/definition.ts';
import { registerContainerInstruments } from '../instruments/index.ts';
import type { Observation } from '../instruments/observation.ts';
import { SCHEMA_URL } from '../instruments/semconv.ts';
import { countPoints } from '../push/points.ts';
import { PullReader } from '../push/pull-reader.ts';

export type ContainerProviderOptions = {
  readonly attributes: Attributes;
  readonly version: string;
  /** The metrics that observations speak of. */
  readonly metrics: readonly MetricDefinition[];
};

export type Pulled = {
  readonly metrics: ResourceMetrics;
  /** Whether it also holds points of series that were observed before and not this time. */
  readonly hasVanished: boolean;
};

export type ContainerProvider = {
  pull(observation: Observation): Promise<Pulled>;
  shutdown(): Promise<void>;
};

/** The SDK's part: a MeterProvider with the container's Resource and its instruments, always cumulative. */
export function createContainerProvider({
  attributes,
  version,
  metrics: definitions,
}: ContainerProviderOptions): ContainerProvider {
  const reader = new PullReader();
  const resource = resourceFromAttributes(attributes, { schemaUrl: SCHEMA_URL });
  const provider = new MeterProvider({ resource, readers: [reader] });
  const meter = provider.getMeter('plimsoll', version, { schemaUrl: SCHEMA_URL });
  let observed: Observation;
  registerContainerInstruments(meter, definitions, () => observed);

  return {
    async pull(observation) {
      observed = observation;
      const metrics = await reader.pull();
      return { metrics, hasVanished: countPoints(metrics) > observation.count };
    },
    shutdown: () => provider.shutdown(),
  };
}
