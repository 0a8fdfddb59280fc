import type { Attributes } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { type DataPoint, MeterProvider, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { MetricDefinition } from '../instruments/definition.ts';
import { registerContainerInstruments } from '../instruments/index.ts';
import { haveSameAttributes, type Observation } from '../instruments/observation.ts';
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

type WritablePoint = { -readonly [field in keyof DataPoint<number>]: DataPoint<number>[field] };
const NONE: Attributes = {};

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
      setObserved(metrics, observation);
      return { metrics, hasVanished: countPoints(metrics) > observation.count };
    },
    shutdown: () => provider.shutdown(),
  };
}

/**
 * The SDK takes the difference of each total to the last one and adds it up again. What comes out is off by the last bits of
 * a fraction, so that a total that stands still could fall. What was observed is what is sent.
 */
function setObserved({ scopeMetrics }: ResourceMetrics, { count, metrics, attributes, values }: Observation): void {
  const firstOf = new Map<string, number>();
  for (let index = count - 1; index >= 0; index -= 1) firstOf.set(metrics[index]!.name, index);
  for (const { descriptor, dataPoints } of scopeMetrics.flatMap((scope) => scope.metrics)) {
    const first = firstOf.get(descriptor.name);
    if (first === undefined) continue;
    for (const point of dataPoints as WritablePoint[]) {
      for (let index = first; index < count && metrics[index] === metrics[first]; index += 1)
        if (haveSameAttributes(point.attributes, attributes[index] ?? NONE)) point.value = values[index]!;
    }
  }
}
