import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ContainerUsage } from '../accounting/usage.ts';
import { type DeltaMemory, toDeltas } from '../push/delta.ts';
import { lastTime, setEndTime, setStartTimes, withoutSeriesOf } from '../push/points.ts';
import { type ContainerProviderOptions, createContainerProvider } from './container-provider.ts';

export type ContainerMeterOptions = ContainerProviderOptions & {
  /** From when the container's counters run, Unix time in milliseconds. */
  readonly startedAtMs: number;
  /** The values sent last, where counters go out as differences; absent: they go out as totals. */
  readonly deltas?: DeltaMemory | undefined;
};

export type Collection = {
  readonly metrics: ResourceMetrics;
  /** Series that were there the last time and are not any more, dated just after their last value. */
  readonly ended?: ResourceMetrics;
};

export type ContainerMeter = {
  /** Observes one usage and answers its points. */
  collect(usage: ContainerUsage): Promise<Collection>;
  /** Every series of the last collection once more, dated just after it; then nothing. */
  end(): Promise<ResourceMetrics | undefined>;
};

const NS_PER_MS = 1e6;
const NS_PER_SECOND = 1e9;

/** What the SDK's provider of one run of one container does not do: true start times, ends of series, deltas. */
export function createContainerMeter(options: ContainerMeterOptions): ContainerMeter {
  let provider = createContainerProvider(options);
  let last: { readonly usage: ContainerUsage; readonly at: [number, number] } | undefined;

  /** Under cumulative temporality the SDK repeats a vanished series for ever: a new provider has only what is there. */
  async function replaceProvider(usage: ContainerUsage, before: ResourceMetrics): Promise<Collection> {
    const former = provider;
    provider = createContainerProvider(options);
    const { metrics } = await provider.pull(usage);
    const ended = withoutSeriesOf(before, metrics);
    if (last) setEndTime(ended, oneMillisecondAfter(last.at));
    await former.shutdown();
    return { metrics, ended };
  }

  function date(metrics: ResourceMetrics, { procfsStartMs = options.startedAtMs }: ContainerUsage): void {
    setStartTimes(metrics, (name) => (isOfProcesses(name) ? procfsStartMs : options.startedAtMs));
  }

  return {
    async collect(usage) {
      const { metrics, hasVanished } = await provider.pull(usage);
      const collection: Collection = hasVanished ? await replaceProvider(usage, metrics) : { metrics };
      date(collection.metrics, usage);
      if (collection.ended) date(collection.ended, usage);
      last = { usage, at: lastTime(collection.metrics) ?? last?.at ?? [0, 0] };
      if (options.deltas) toDeltas(collection.metrics, options.deltas);
      if (options.deltas && collection.ended) toDeltas(collection.ended, options.deltas);
      return collection;
    },
    async end() {
      if (!last) return undefined;
      const { metrics } = await provider.pull(last.usage);
      date(metrics, last.usage);
      setEndTime(metrics, oneMillisecondAfter(last.at));
      if (options.deltas) toDeltas(metrics, options.deltas);
      await provider.shutdown();
      return metrics;
    },
  };
}

const isOfProcesses = (name: string): boolean => name.startsWith('container.process.');

function oneMillisecondAfter([seconds, nanos]: [number, number]): [number, number] {
  const later = nanos + NS_PER_MS;
  return later < NS_PER_SECOND ? [seconds, later] : [seconds + 1, later - NS_PER_SECOND];
}
