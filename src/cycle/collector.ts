import type { Attributes } from '@opentelemetry/api';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Logger } from 'pino';
import type { Accounts } from '../accounting/accounts.ts';
import type { ContainerAccount, Instant } from '../accounting/container-account.ts';
import { decideNetworkOwners } from '../accounting/network-owners.ts';
import type { HrTime } from '../accounting/sent-totals.ts';
import { type ContainerUsage, isMeasured } from '../accounting/usage.ts';
import type { MetricFamily } from '../instruments/definition.ts';
import { CONTAINER_METRICS } from '../instruments/index.ts';
import type { MetricSelection } from '../instruments/metric-selection.ts';
import { createObserver, type Observation } from '../instruments/observation.ts';
import { POD_METRICS } from '../instruments/pod.ts';
import type { BlockDevices } from '../sources/block-devices.ts';
import type { EndWatch } from '../sources/cgroup/end-watch.ts';
import { type Container, type Discovery, isRunning } from '../sources/container.ts';
import { type ContainerReading, readContainer, readingAtEnd } from '../sources/container-reading.ts';
import type { InterfaceReader } from '../sources/interfaces.ts';
import type { KernelFiles } from '../sources/kernel-files.ts';
import { readHostNetNamespace } from '../sources/proc/namespace.ts';
import type { ProcFs } from '../sources/proc/proc-fs.ts';
import type { PssReader } from '../sources/pss.ts';
import type { Resolved, Resolver } from '../sources/resolution.ts';
import { type ContainerMeter, createContainerMeter } from './container-meter.ts';
import { type DecidedCycle, type Decisions, NOTHING_DECIDED, toDecisions } from './decisions.ts';
import type { Selection } from './selection.ts';
import { withoutThinned } from './thinned-usage.ts';

export type CollectorOptions = {
  readonly discovery: Discovery;
  readonly resolver: Resolver;
  readonly proc: ProcFs;
  readonly files: KernelFiles;
  readonly accounts: Accounts;
  readonly select: (container: Container) => Selection;
  readonly identify: (container: Container) => Attributes;
  /** Hears of each container that is measured or left out on purpose. */
  readonly seen?: (id: string) => void;
  /** Hears of each container that is measured after its end. */
  readonly seenAtEnd?: (id: string) => void;
  /** Absent: a run counts until the last cycle in which it was seen. */
  readonly endWatch?: EndWatch | undefined;
  /** Whether only values and time of what was sent last of a container need change to say this; absent: never. */
  readonly fits?: ((id: string, observation: Observation) => boolean) | undefined;
  /** Whether counters go out as differences. */
  readonly sendsDeltas?: boolean;
  readonly interfaceReader: InterfaceReader;
  /** Absent: the proportional set size is not read. */
  readonly pssReader?: PssReader | undefined;
  readonly blockDevices: BlockDevices;
  readonly version: string;
  readonly metrics: MetricSelection;
  /** Families that are on and not to be read now: the same set until that changes. Absent: all are read. */
  readonly thinned?: () => ReadonlySet<MetricFamily>;
  readonly clock: () => Instant;
  readonly log: Logger;
};

export type Collected =
  | { readonly kind: 'measured'; readonly usage: ContainerUsage; readonly metrics: ResourceMetrics }
  /** Other values at this time, of the series and with the starts that were sent last. To be used before the next one. */
  | {
      readonly kind: 'same series';
      readonly usage: ContainerUsage;
      readonly observation: Observation;
      readonly at: HrTime;
    }
  | { readonly kind: 'ended'; readonly container: Container; readonly metrics: ResourceMetrics }
  | { readonly kind: 'left out'; readonly container: Container; readonly reason: string };

export type Collector = {
  /** The containers that exist now. */
  discover(): Promise<readonly Container[]>;
  /** Measures them one after the other, and ends those that were measured before and are gone. */
  collect(containers: readonly Container[]): AsyncGenerator<Collected>;
  /** Ends the series of those that it speaks of, and forgets them. */
  end(isOver: (container: Container) => boolean): AsyncGenerator<Collected>;
  /** Where the numbers of the last cycle's containers come from, by id. */
  decisions(): ReadonlyMap<string, Decisions>;
};

type Identity = {
  readonly attributes: Attributes;
  /** What makes it another one for its series: its start and everything that names it. */
  readonly key: string;
};

/** A run of a container under one name, and its meter. */
type Metered = {
  readonly key: string;
  readonly container: Container;
  readonly account: ContainerAccount;
  readonly meter: ContainerMeter;
  /** The last usage that was observed. */
  usage?: ContainerUsage;
  /** Whether its series were ended while the engine still speaks of it. */
  ended: boolean;
};

export function createCollector(options: CollectorOptions): Collector {
  const { discovery, resolver, proc, files, accounts, clock, log } = options;
  const observers = {
    container: createObserver(options.metrics.isEnabled, CONTAINER_METRICS),
    podSandbox: createObserver(options.metrics.isEnabled, POD_METRICS),
  };
  const metered = new Map<string, Metered>();
  const identities = new WeakMap<Container, Identity>();
  /** The last reading of each container that runs. */
  const readings = new Map<string, ContainerReading>();
  let decided: DecidedCycle = NOTHING_DECIDED;
  let thinned: ReadonlySet<MetricFamily> = new Set();
  /** What is read in this cycle. */
  let { families } = options.metrics;

  function thin(): void {
    const now = options.thinned?.() ?? thinned;
    if (now === thinned) return;
    thinned = now;
    families = new Set([...options.metrics.families].filter((family) => !now.has(family)));
    // A reading of more or of less is not to be taken for this one.
    readings.clear();
  }

  /** Discovery hands on the same object until it has heard something new of a container. */
  function identityOf(container: Container): Identity {
    let identity = identities.get(container);
    if (!identity) {
      const attributes = options.identify(container);
      identity = { attributes, key: JSON.stringify([container.startedAtMs, attributes]) };
      identities.set(container, identity);
    }
    return identity;
  }

  function begin(container: Container, attributes: Attributes, key: string): Metered {
    const { version, sendsDeltas } = options;
    if (!sendsDeltas) accounts.forgetSentOf(container);
    const meter = createContainerMeter({
      attributes,
      version,
      observer: container.isPodSandbox ? observers.podSandbox : observers.container,
      // Without a start that anyone knows, counting begins now.
      startedAtMs: container.startedAtMs ?? container.createdAtMs ?? clock().unixMs,
      now: () => clock().unixMs,
      sent: sendsDeltas ? accounts.sentOf(container) : undefined,
    });
    return { key, container, account: accounts.of(container), meter, ended: false };
  }

  /** What was read after the last cycle, when the container's last process had ended. */
  function atEnd(container: Container): ContainerReading | undefined {
    const cgroup = options.endWatch?.take(container);
    if (!cgroup) return undefined;
    options.seenAtEnd?.(container.id);
    return readingAtEnd(isRunning(container) ? exited(container) : container, cgroup, options);
  }

  async function* collectFrom({ meter }: Metered, usage: ContainerUsage): AsyncGenerator<Collected> {
    const { metrics, ended } = await meter.collect(usage);
    if (ended) yield { kind: 'ended', container: usage.container, metrics: ended };
    yield { kind: 'measured', usage, metrics };
  }

  async function* end(former: Metered): AsyncGenerator<Collected> {
    if (former.ended) return;
    former.ended = true;
    const reading = atEnd(former.container);
    if (reading) yield* collectFrom(former, former.account.account(reading, clock()));
    const metrics = await former.meter.end();
    if (metrics) yield { kind: 'ended', container: former.container, metrics };
  }

  async function* endAll(isOver: (container: Container) => boolean): AsyncGenerator<Collected> {
    for (const former of [...metered.values()].filter(({ container }) => isOver(container))) {
      metered.delete(former.container.id);
      yield* end(former);
    }
  }

  async function* measure(resolved: Resolved, network: boolean): AsyncGenerator<Collected> {
    const { container } = resolved;
    const interfaceReader = network && families.has('network') ? options.interfaceReader : undefined;
    const { blockDevices, pssReader } = options;
    const withConnections = network && families.has('connections');
    const readers = { blockDevices, interfaceReader, withConnections, pssReader };
    const readOptions = { proc, files, families, ...readers };
    const reading =
      (!isRunning(container) && atEnd(container)) || readContainer(resolved, readOptions, readings.get(container.id));
    if (isRunning(container)) readings.set(container.id, reading);
    else readings.delete(container.id);
    const usage = withoutThinned(accounts.of(container).account(reading, clock()), thinned);
    if (isRunning(container)) options.endWatch?.begin(container.id);
    if (isRunning(container) && isMeasured(usage)) options.seen?.(container.id);

    const { attributes, key } = identityOf(container);
    const former = metered.get(container.id);
    const same = former?.key === key ? former : undefined;
    if (same && hasGone(same, usage, reading)) {
      yield* end(same);
      return;
    }
    const current = same && !same.ended ? same : begin(container, attributes, key);
    if (former && former !== current) yield* end(former);
    metered.set(container.id, current);
    const mayFit = current === same && current.meter.continues(usage);
    current.usage = usage;
    const observation = mayFit && options.fits ? current.meter.observe(usage) : undefined;
    if (observation && options.fits?.(container.id, observation))
      yield { kind: 'same series', usage, observation, at: current.meter.note(usage) };
    else yield* collectFrom(current, usage);
  }

  return {
    discover: () => discovery.current(),
    end: endAll,
    decisions: () => toDecisions(decided, metered),
    async *collect(containers) {
      const selections = new Map(containers.map((container) => [container.id, options.select(container)]));
      yield* endAll(({ id }) => !selections.get(id)?.measured);
      accounts.keepOnly(containers);
      for (const id of readings.keys()) if (!selections.get(id)?.measured) readings.delete(id);
      options.endWatch?.keepOnly(new Set(containers.map(({ id }) => id)));
      files.endCycle();
      thin();
      options.pssReader?.begin();
      options.interfaceReader.keepOnly(new Set(containers.map(({ id }) => id)));

      // Containers that are left out are resolved too: they still own their network namespaces.
      const resolved = resolver.resolve(containers);
      const candidates = resolved.map(({ container, netNamespace }) => {
        const { id, network, startedAtMs, isPodSandbox } = container;
        return { id, network, startedAtMs, isPodSandbox, netNamespace, stopped: !isRunning(container) };
      });
      const owners = decideNetworkOwners(candidates, readHostNetNamespace(proc));
      decided = { resolved, selections, owners };
      for (const each of resolved) {
        const { container } = each;
        const { measured, reason } = selections.get(container.id)!;
        if (!measured) {
          options.seen?.(container.id);
          yield { kind: 'left out', container, reason };
        } else yield* guarded(container, measure(each, owners.get(container.id)!.report));
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
function hasGone({ usage: last }: Metered, usage: ContainerUsage, { unread }: ContainerReading): boolean {
  if (!last || !['running', 'paused'].includes(usage.container.state)) return false;
  // Processes that are there and cannot be read are not gone.
  const hasProcesses = usage.processes !== undefined || (unread !== undefined && unread.pids.length > 0);
  return (last.processes !== undefined && !hasProcesses) || (isMeasured(last) && !isMeasured(usage));
}

/** A container that ended after it was last asked about. */
function exited({ health: _health, pid: _pid, ...container }: Container): Container {
  return { ...container, state: 'exited' };
}
