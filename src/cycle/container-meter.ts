import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { SentTotals } from '../accounting/sent-totals.ts';
import type { ContainerUsage } from '../accounting/usage.ts';
import { METRICS } from '../instruments/definitions.ts';
import type { Observation, Observer } from '../instruments/observation.ts';
import { ATTR_NETWORK_INTERFACE_NAME } from '../instruments/semconv.ts';
import { type HrTime, isLater, setEndTime, setStartTimes, toHrTime, withoutSeriesOf } from '../push/points.ts';
import {
  type ContainerProvider,
  type ContainerProviderOptions,
  createContainerProvider,
} from './container-provider.ts';
import { createDeltas } from './delta.ts';

export type ContainerMeterOptions = Omit<ContainerProviderOptions, 'metrics'> & {
  readonly observer: Observer;
  /** From when the container's counters run, Unix time in milliseconds. */
  readonly startedAtMs: number;
  /** Dates the points, Unix time in milliseconds. The SDK would take the wall clock, which may be set back. */
  readonly now: () => number;
  /** Present where counters go out as differences; absent: they go out as totals. */
  readonly sent?: SentTotals | undefined;
};

export type Collection = {
  readonly metrics: ResourceMetrics;
  /** Series that were there the last time and are not any more, dated just after their last value. */
  readonly ended?: ResourceMetrics;
};

export type ContainerMeter = {
  /** Answers the points of one usage. */
  collect(usage: ContainerUsage): Promise<Collection>;
  /** Whether all counters of this usage run from where those of the last one did. */
  continues(usage: ContainerUsage): boolean;
  /** What `collect` would answer points of. Valid until the next observation of any container. */
  observe(usage: ContainerUsage): Observation;
  /** To be called instead of `collect` for a usage that `continues` and has the series of the last: the time of its points. */
  note(usage: ContainerUsage): HrTime;
  /** Every series of the last usage once more, dated just after it; then nothing. */
  end(): Promise<ResourceMetrics | undefined>;
};

const NS_PER_MS = 1e6;
const NS_PER_SECOND = 1e9;
/** A series ends so long after its last value. */
const END_MS = 1;
/** A provider is let go when so many usages in a row had the series of the last. */
const LET_GO_AFTER = 3;

/** What the SDK's provider of one run of one container does not do: true start times, ends of series, deltas. */
export function createContainerMeter(options: ContainerMeterOptions): ContainerMeter {
  const { observer } = options;
  const create = (): ContainerProvider => createContainerProvider({ ...options, metrics: observer.metrics });
  const deltas = options.sent && createDeltas(options.sent, toHrTime(options.startedAtMs));
  let provider: ContainerProvider | undefined;
  let notedInARow = 0;
  let last: { readonly usage: ContainerUsage; readonly at: HrTime } | undefined;

  /** One that was let go knows the last usage's series again. */
  async function providerNow(): Promise<ContainerProvider> {
    if (provider) return provider;
    provider = create();
    if (last) await provider.pull(observer.observe(last.usage));
    return provider;
  }

  /** Under cumulative temporality the SDK repeats a vanished series for ever: a new provider has only what is there. */
  async function replaceProvider(usage: ContainerUsage, before: ResourceMetrics): Promise<Collection> {
    const former = provider;
    provider = create();
    const { metrics } = await provider.pull(observer.observe(usage));
    const ended = withoutSeriesOf(before, metrics);
    if (last) setEndTime(ended, later(last.at, END_MS));
    await former?.shutdown();
    return { metrics, ended };
  }

  /** Later than the last points, and than the ends that may have been written after them. */
  function nextTime(): HrTime {
    const now = toHrTime(options.now());
    const least = last && later(last.at, END_MS + 1);
    return least && isLater(least, now) ? least : now;
  }

  function date(metrics: ResourceMetrics, usage: ContainerUsage): void {
    const { procfsStartMs, networkStartMs, cpu, interfaces } = usage;
    const ownStartMs = new Map(interfaces.map(({ name, startMs }) => [name, startMs]));
    setStartTimes(metrics, (name, { [ATTR_NETWORK_INTERFACE_NAME]: of }) => {
      const isOfProcesses = name.startsWith('container.process.') || (cpu.isOfProcesses && name === CPU_TIME);
      const isOfNetwork = NETWORK_COUNTER.test(name);
      const startMs = isOfProcesses ? procfsStartMs : isOfNetwork ? networkStartMs : undefined;
      return (of === undefined ? undefined : ownStartMs.get(String(of))) ?? startMs ?? options.startedAtMs;
    });
  }

  return {
    async collect(usage) {
      const at = nextTime();
      notedInARow = 0;
      const current = await providerNow();
      const { metrics, hasVanished } = await current.pull(observer.observe(usage));
      const collection: Collection = hasVanished ? await replaceProvider(usage, metrics) : { metrics };
      setEndTime(collection.metrics, at);
      date(collection.metrics, usage);
      // What ended has the starts that it had.
      if (collection.ended) date(collection.ended, last?.usage ?? usage);
      last = { usage, at };
      deltas?.apply(collection.metrics);
      if (collection.ended) deltas?.apply(collection.ended);
      // Not before what ended has had its last difference.
      deltas?.forgetInterfaces(usage.forgottenInterfaces ?? []);
      return collection;
    },
    continues: (usage) => last !== undefined && haveSameStarts(last.usage, usage),
    observe: observer.observe,
    note(usage) {
      notedInARow += 1;
      // It is most of what a container takes of memory, and holds nothing else.
      if (notedInARow === LET_GO_AFTER) provider = undefined;
      const at = nextTime();
      last = { usage, at };
      return at;
    },
    async end() {
      if (!last) return undefined;
      const current = await providerNow();
      const { metrics } = await current.pull(observer.observe(last.usage));
      date(metrics, last.usage);
      setEndTime(metrics, later(last.at, END_MS));
      deltas?.apply(metrics);
      await current.shutdown();
      return metrics;
    },
  };
}

/** What `date` goes by; as long as an interface is there its own start does not change. */
const haveSameStarts = (a: ContainerUsage, b: ContainerUsage): boolean =>
  a.procfsStartMs === b.procfsStartMs &&
  a.networkStartMs === b.networkStartMs &&
  Boolean(a.cpu.isOfProcesses) === Boolean(b.cpu.isOfProcesses);

const CPU_TIME = METRICS.cpuTime.name;
const NETWORK_COUNTER = /^(container|k8s\.pod)\.network\./;

function later([seconds, nanos]: HrTime, ms: number): HrTime {
  const sum = nanos + ms * NS_PER_MS;
  return sum < NS_PER_SECOND ? [seconds, sum] : [seconds + 1, sum - NS_PER_SECOND];
}
