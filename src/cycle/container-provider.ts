import type { Attributes } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ContainerUsage } from '../accounting/usage.ts';
import type { MetricDefinition } from '../instruments/definition.ts';
import { registerContainerInstruments } from '../instruments/index.ts';
import { SCHEMA_URL } from '../instruments/semconv.ts';
import { countPoints } from '../push/points.ts';
import { PullReader } from '../push/pull-reader.ts';

export type ContainerProviderOptions = {
  readonly attributes: Attributes;
  readonly version: string;
  readonly isEnabled: (metric: MetricDefinition) => boolean;
};

export type Pulled = {
  readonly metrics: ResourceMetrics;
  /** Whether it also holds points of series that were observed before and not this time. */
  readonly hasVanished: boolean;
};

export type ContainerProvider = {
  pull(usage: ContainerUsage): Promise<Pulled>;
  shutdown(): Promise<void>;
};

/** The SDK's part: a MeterProvider with the container's Resource and its instruments, always cumulative. */
export function createContainerProvider({
  attributes,
  version,
  isEnabled,
}: ContainerProviderOptions): ContainerProvider {
  const reader = new PullReader();
  const resource = resourceFromAttributes(attributes, { schemaUrl: SCHEMA_URL });
  const provider = new MeterProvider({ resource, readers: [reader] });
  const meter = provider.getMeter('plimsoll', version, { schemaUrl: SCHEMA_URL });
  let observed: ContainerUsage;
  const instruments = registerContainerInstruments(meter, isEnabled, () => observed);

  return {
    async pull(usage) {
      observed = usage;
      const metrics = await reader.pull();
      return { metrics, hasVanished: countPoints(metrics) > instruments.observations() };
    },
    shutdown: () => provider.shutdown(),
  };
}
