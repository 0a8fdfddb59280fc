import type { Attributes } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { type AggregationTemporalitySelector, MeterProvider, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ContainerUsage } from '../accounting/usage.ts';
import type { MetricDefinition } from '../instruments/definition.ts';
import { registerContainerInstruments } from '../instruments/index.ts';
import { SCHEMA_URL } from '../instruments/semconv.ts';
import { lastTime, setEndTime, setStartTime } from '../push/points.ts';
import { PullReader } from '../push/pull-reader.ts';

export type ContainerMeterOptions = {
  readonly attributes: Attributes;
  readonly temporality: AggregationTemporalitySelector;
  /** From when the container's counters run; undefined: from the first observation. */
  readonly startedAtMs: number | undefined;
  readonly version: string;
  readonly isEnabled: (metric: MetricDefinition) => boolean;
};

export type ContainerMeter = {
  /** Observes one usage and answers its points. */
  collect(usage: ContainerUsage): Promise<ResourceMetrics>;
  /** Every series of the last collection once more, dated just after it, to be marked as ended; then nothing. */
  end(): Promise<ResourceMetrics | undefined>;
};

const NS_PER_MS = 1e6;
const NS_PER_SECOND = 1e9;

/**
 * One MeterProvider for one run of one container, with its Resource. It is thrown away with the container: a provider
 * that is shared would export every series it ever saw for ever.
 */
export function createContainerMeter(options: ContainerMeterOptions): ContainerMeter {
  const reader = new PullReader({ aggregationTemporalitySelector: options.temporality });
  const resource = resourceFromAttributes(options.attributes, { schemaUrl: SCHEMA_URL });
  const provider = new MeterProvider({ resource, readers: [reader] });
  let observed: ContainerUsage | undefined;
  let lastAt: [number, number] | undefined;

  const meter = provider.getMeter('plimsoll', options.version, { schemaUrl: SCHEMA_URL });
  registerContainerInstruments(meter, options.isEnabled, () => observed!);

  async function pull(): Promise<ResourceMetrics> {
    const metrics = await reader.pull();
    if (options.startedAtMs !== undefined) setStartTime(metrics, options.startedAtMs);
    return metrics;
  }

  return {
    async collect(usage) {
      observed = usage;
      const metrics = await pull();
      lastAt = lastTime(metrics) ?? lastAt;
      return metrics;
    },
    async end() {
      if (!lastAt) return undefined;
      const metrics = await pull();
      setEndTime(metrics, oneMillisecondAfter(lastAt));
      await provider.shutdown();
      return metrics;
    },
  };
}

function oneMillisecondAfter([seconds, nanos]: [number, number]): [number, number] {
  const later = nanos + NS_PER_MS;
  return later < NS_PER_SECOND ? [seconds, later] : [seconds + 1, later - NS_PER_SECOND];
}
