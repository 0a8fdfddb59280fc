import type { Attributes } from '@opentelemetry/api';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Logger } from 'pino';
import type { Accounts } from '../accounting/accounts.ts';
import type { Instant } from '../accounting/container-account.ts';
import { decideNetworkOwners } from '../accounting/network-owners.ts';
import { type ContainerUsage, isMeasured } from '../accounting/usage.ts';
import type { MetricSelection } from '../instruments/metric-selection.ts';
import type { DeltaMemories } from '../push/delta.ts';
import type { BlockDevices } from '../sources/block-devices.ts';
import type { Container, Discovery } from '../sources/container.ts';
import { readContainer } from '../sources/container-reading.ts';
import type { InterfaceReader } from '../sources/interfaces.ts';
import type { KernelFiles } from '../sources/kernel-files.ts';
import { readHostNetNamespace } from '../sources/proc/namespace.ts';
import type { ProcFs } from '../sources/proc/proc-fs.ts';
import type { Resolved, Resolver } from '../sources/resolution.ts';
import { type ContainerMeter, createContainerMeter } from './container-meter.ts';
import type { Selection } from './selection.ts';

export type CollectorOptions = {
  readonly discovery: Discovery;
  readonly resolver: Resolver;
  readonly proc: ProcFs;
  readonly files: KernelFiles;
  readonly accounts: Accounts;
  readonly select: (container: Container) => Selection;
  readonly identify: (container: Container) => Attributes;
  /** Present where counters go out as differences. */
  readonly deltas?: DeltaMemories | undefined;
  readonly interfaceReader: InterfaceReader;
  readonly blockDevices: BlockDevices;
  readonly version: string;
  readonly metrics: MetricSelection;
  readonly clock: () => Instant;
  readonly log: Logger;
};

export type Collected =
  | { readonly kind: 'measured'; readonly usage: ContainerUsage; readonly metrics: ResourceMetrics }
  | { readonly kind: 'ended'; readonly container: Container; readonly metrics: ResourceMetrics }
  | { readonly kind: 'left out'; readonly container: Container; readonly reason: string };

export type Collector = {
  /** The containers that exist now. */
  discover(): Promise<readonly Container[]>;
  /** Measures them one after the other, and ends those that were measured before and are gone. */
  collect(containers: readonly Container[]): AsyncGenerator<Collected>;
};

/** A container with more processes is measured by the first of them. */
const MAX_PROCESSES = 10_000;

/** A run of a container under one name, and its meter. */
type Metered = {
  /** What makes it another one for its series: its start and everything that names it. */
  readonly key: string;
  readonly container: Container;
  readonly meter: ContainerMeter;
  /** The last usage that was observed. */
  usage?: ContainerUsage;
  /** Whether its series were ended while the engine still speaks of it. */
  ended: boolean;
};

export function createCollector(options: CollectorOptions): Collector {
  const { discovery, resolver, proc, files, accounts, clock, log } = options;
  const metered = new Map<string, Metered>();

  function begin(container: Container, attributes: Attributes, key: string): Metered {
    const { version, metrics, deltas } = options;
    const meter = createContainerMeter({
      attributes,
      version,
      isEnabled: metrics.isEnabled,
      // Without a start that anyone knows, counting begins now.
      startedAtMs: container.startedAtMs ?? clock().unixMs,
      deltas: deltas?.of(container),
    });
    return { key, container, meter, ended: false };
  }

  async function* end(former: Metered): AsyncGenerator<Collected> {
    if (former.ended) return;
    former.ended = true;
    const metrics = await former.meter.end();
    if (metrics) yield { kind: 'ended', container: former.container, metrics };
  }

  async function* measure(resolved: Resolved, network: boolean): AsyncGenerator<Collected> {
    const { container } = resolved;
    const { families } = options.metrics;
    const interfaceReader = network && families.has('network') ? options.interfaceReader : undefined;
    const { blockDevices } = options;
    const readOptions = { proc, files, families, blockDevices, interfaceReader, maxProcesses: MAX_PROCESSES };
    const usage = accounts.of(container).account(readContainer(resolved, readOptions), clock());

    const attributes = options.identify(container);
    const key = JSON.stringify([container.startedAtMs, attributes]);
    const former = metered.get(container.id);
    const same = former?.key === key ? former : undefined;
    if (same && hasGone(same, usage)) {
      yield* end(same);
      return;
    }
    const current = same && !same.ended ? same : begin(container, attributes, key);
    if (former && former !== current) yield* end(former);
    metered.set(container.id, current);
    current.usage = usage;
    const { metrics: points, ended } = await current.meter.collect(usage);
    if (ended) yield { kind: 'ended', container, metrics: ended };
    yield { kind: 'measured', usage, metrics: points };
  }

  return {
    discover: () => discovery.current(),
    async *collect(containers) {
      const selections = new Map(containers.map((container) => [container.id, options.select(container)]));
      const gone = [...metered.values()].filter(({ container }) => !selections.get(container.id)?.measured);
      for (const former of gone) {
        metered.delete(former.container.id);
        yield* end(former);
      }
      accounts.keepOnly(containers);
      options.deltas?.keepOnly(containers);
      options.interfaceReader.keepOnly(new Set(containers.map(({ id }) => id)));

      // Containers that are left out are resolved too: they still own their network namespaces.
      const resolved = resolver.resolve(containers);
      const candidates = resolved.map(({ container: { id, network, startedAtMs }, netNamespace }) => ({
        id,
        network,
        startedAtMs,
        netNamespace,
      }));
      const owners = decideNetworkOwners(candidates, readHostNetNamespace(proc));
      for (const each of resolved) {
        const { container } = each;
        const { measured, reason } = selections.get(container.id)!;
        if (!measured) yield { kind: 'left out', container, reason };
        else yield* guarded(container, measure(each, owners.get(container.id)!.report));
      }
    },
  };

  /** One broken container never costs the others. */
  async function* guarded(container: Container, measuring: AsyncGenerator<Collected>): AsyncGenerator<Collected> {
    try {
      yield* measuring;
    } catch (error) {
      log.error({ err: error, container: container.name }, 'cannot measure a container in this cycle');
    }
  }
}

/**
 * Whether a container that the engine calls running has lost what it had, its processes or all of its readings: it is
 * gone, and the engine, which may be away, has not said so yet.
 */
function hasGone({ usage: last }: Metered, usage: ContainerUsage): boolean {
  if (!last || !['running', 'paused'].includes(usage.container.state)) return false;
  return (last.processes !== undefined && usage.processes === undefined) || (isMeasured(last) && !isMeasured(usage));
}
