import type { Attributes } from '@opentelemetry/api';
import type { AggregationTemporalitySelector, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Logger } from 'pino';
import type { Accounts } from '../accounting/accounts.ts';
import type { Instant } from '../accounting/container-account.ts';
import { decideNetworkOwners } from '../accounting/network-owners.ts';
import type { ContainerUsage } from '../accounting/usage.ts';
import type { Container, Discovery } from '../sources/container.ts';
import { readContainer } from '../sources/container-reading.ts';
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
  readonly temporality: AggregationTemporalitySelector;
  /** Whether the loopback interface is reported. */
  readonly loopback: boolean;
  readonly version: string;
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

/** What makes a container another one for its series: its run and everything that names it. */
type Metered = { readonly key: string; readonly container: Container; readonly meter: ContainerMeter };

export function createCollector(options: CollectorOptions): Collector {
  const { discovery, resolver, proc, files, accounts, clock, log } = options;
  const metered = new Map<string, Metered>();

  function meterOf(container: Container): Metered {
    const attributes = options.identify(container);
    const key = JSON.stringify([container.startedAtMs, attributes]);
    const known = metered.get(container.id);
    if (known?.key === key) return known;
    const { temporality, version } = options;
    const meter = createContainerMeter({ attributes, temporality, version, startedAtMs: container.startedAtMs });
    return { key, container, meter };
  }

  async function* end({ container, meter }: Metered): AsyncGenerator<Collected> {
    const metrics = await meter.end();
    if (metrics) yield { kind: 'ended', container, metrics };
  }

  async function* measure(resolved: Resolved, network: boolean): AsyncGenerator<Collected> {
    const { container } = resolved;
    const current = meterOf(container);
    const former = metered.get(container.id);
    if (former && former !== current) yield* end(former);
    metered.set(container.id, current);
    const account = accounts.of(container);
    const { loopback } = options;
    const readOptions = { proc, files, network, loopback, maxProcesses: MAX_PROCESSES };
    const sample = (): ContainerUsage => account.account(readContainer(resolved, readOptions), clock());
    const { usage, metrics } = await current.meter.collect(sample);
    yield { kind: 'measured', usage, metrics };
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
