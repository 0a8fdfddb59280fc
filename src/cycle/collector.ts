import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Attributes } from '@opentelemetry/api';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Logger } from 'pino';
import type { Accounts } from '../accounting/accounts.ts';
import type { ContainerAccount, Instant } from '../accounting/container-account.ts';
import { decideNetworkOwners, type NetworkCandidate } from '../accounting/network-owners.ts';
import type { HrTime } from '../accounting/sent-totals.ts';
import { type ContainerUsage, isMeasured } from '../accounting/usage.ts';
import { CONTAINER_METRICS } from '../instruments/index.ts';
import type { MetricSelection } from '../instruments/metric-selection.ts';
import { createObserver, type Observation } from '../instruments/observation.ts';
import { POD_METRICS } from '../instruments/pod.ts';
import { type Container, type Discovery, isRunning } from '../sources/container.ts';
import type { ContainerReading } from '../sources/container-reading.ts';
import { readHostNetNamespace } from '../sources/proc/namespace.ts';
import type { Resolved, Resolver } from '../sources/resolution.ts';
import { type ContainerMeter, createContainerMeter } from './container-meter.ts';
import { type ContainerReaderOptions, createContainerReader } from './container-reader.ts';
import { type DecidedCycle, type Decisions, NOTHING_DECIDED, toDecisions } from './decisions.ts';
import type { Selection } from './selection.ts';
import { withoutThinned } from './thinned-usage.ts';

export type CollectorOptions = ContainerReaderOptions & {
  readonly discovery: Discovery;
  readonly resolver: Resolver;
  readonly accounts: Accounts;
  readonly select: (container: Container) => Selection;
  readonly identify: (container: Container) => Attributes;
  /** Hears of each container that is measured or left out on purpose. */
  readonly seen?: (id: string) => void;
  /** Whether only values and time of what was sent last of a container need change to say this; absent: never. */
  readonly fits?: ((id: string, observation: Observation) => boolean) | undefined;
  /** Whether counters go out as differences. */
  readonly sendsDeltas?: boolean;
  readonly version: string;
  readonly metrics: MetricSelection;
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

/** About ten milliseconds of them. */
const LOOKS_IN_A_ROW = 50;

export function createCollector(options: CollectorOptions): Collector {
  const { discovery, resolver, proc, accounts, clock, log } = options;
  const reader = createContainerReader(options);
  const observers = {
    container: createObserver(options.metrics.isEnabled, CONTAINER_METRICS),
    podSandbox: createObserver(options.metrics.isEnabled, POD_METRICS),
  };
  const metered = new Map<string, Metered>();
  const identities = new WeakMap<Container, Identity>();
  let decided: DecidedCycle = NOTHING_DECIDED;
  let known: readonly Container[] = [];
  let owned: Owned | undefined;
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

  /**
   * Without a start that anyone knows, counting begins now. It does not begin later either: whoever says the start may be
   * ahead of the agent's clock, which lags for a while when the wall clock was set back.
   */
  function startOf({ startedAtMs, createdAtMs }: Container): number {
    const nowMs = clock().unixMs;
    return Math.min(startedAtMs ?? createdAtMs ?? nowMs, nowMs);
  }

  function begin(container: Container, attributes: Attributes, key: string): Metered {
    const { version, sendsDeltas } = options;
    if (!sendsDeltas) accounts.forgetSentOf(container);
    const meter = createContainerMeter({
      attributes,
      version,
      observer: container.isPodSandbox ? observers.podSandbox : observers.container,
      startedAtMs: startOf(container),
      now: () => clock().unixMs,
      sent: sendsDeltas ? accounts.sentOf(container) : undefined,
    });
    return { key, container, account: accounts.of(container), meter, ended: false };
  }

  async function* collectFrom({ meter }: Metered, usage: ContainerUsage): AsyncGenerator<Collected> {
    const { metrics, ended } = await meter.collect(usage);
    if (ended) yield { kind: 'ended', container: usage.container, metrics: ended };
    yield { kind: 'measured', usage, metrics };
  }

  async function* end(former: Metered): AsyncGenerator<Collected> {
    if (former.ended) return;
    former.ended = true;
    const reading = reader.readAtEnd(former.container);
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

  /** In nearly every cycle the same series have other values: then that is the answer, at once. */
  function measure(resolved: Resolved, network: boolean): Collected | AsyncGenerator<Collected> {
    const { container } = resolved;
    const reading = reader.read(resolved, network);
    const usage = withoutThinned(accounts.of(container).account(reading, clock()), reader.thinned());
    if (isRunning(container)) {
      options.endWatch?.begin(container.id);
      if (isMeasured(usage)) options.seen?.(container.id);
    }
    const identity = identityOf(container);
    const former = metered.get(container.id);
    const same = former?.key === identity.key ? former : undefined;
    if (same && hasGone(same, usage, reading)) return end(same);
    if (!same || same.ended) return beginWith(usage, identity, former);
    const { meter } = same;
    const observation = options.fits && meter.continues(usage) ? meter.observe(usage) : undefined;
    same.usage = usage;
    return observation && options.fits?.(container.id, observation)
      ? { kind: 'same series', usage, observation, at: meter.note(usage) }
      : collectFrom(same, usage);
  }

  /** A run begins, or goes on under another name than its former series. */
  async function* beginWith(
    usage: ContainerUsage,
    { attributes, key }: Identity,
    former: Metered | undefined,
  ): AsyncGenerator<Collected> {
    const { container } = usage;
    const current = begin(container, attributes, key);
    if (former) yield* end(former);
    metered.set(container.id, current);
    current.usage = usage;
    yield* collectFrom(current, usage);
  }

  /** The same as long as the containers are the same. */
  function select(containers: readonly Container[]): ReadonlyMap<string, Selection> {
    if (areSame(containers, known)) return decided.selections;
    known = containers;
    return new Map(containers.map((container) => [container.id, options.select(container)]));
  }

  /**
   * Containers that are left out are asked too: they still own their network namespaces. The same as long as containers and
   * namespaces are the same.
   */
  async function findOwners(containers: readonly Container[]): Promise<DecidedCycle['owners']> {
    const namespaces: (number | undefined)[] = [];
    for (const container of containers) {
      namespaces.push(resolver.netNamespaceOf(container));
      // Of a new one everything is looked up: many at once, as at the start, must not hold up all else.
      if (namespaces.length % LOOKS_IN_A_ROW === 0) await nextTurn();
    }
    if (owned && areSame(owned.containers, containers) && areSame(owned.namespaces, namespaces)) return owned.owners;
    const host = readHostNetNamespace(proc);
    const owners = decideNetworkOwners(candidatesOf(containers, namespaces), host);
    // A host's that cannot be looked at now may be later.
    owned = host === undefined ? undefined : { containers, namespaces, owners };
    return owners;
  }

  return {
    discover: () => discovery.current(),
    end: endAll,
    decisions: () => toDecisions(decided, metered),
    async *collect(containers) {
      const selections = select(containers);
      const isMeasured = (id: string): boolean => selections.get(id)?.measured === true;
      yield* endAll(({ id }) => !isMeasured(id));
      accounts.keepOnly(containers);
      options.endWatch?.keepOnly(new Set(selections.keys()));
      reader.begin(selections);
      resolver.begin();
      const owners = await findOwners(containers);
      const resolved: Resolved[] = [];
      decided = { resolved, selections, owners };
      for (const container of containers) {
        const { measured, reason } = selections.get(container.id)!;
        const each = resolver.resolve(container);
        resolved.push(each);
        if (!measured) {
          options.seen?.(container.id);
          yield { kind: 'left out', container, reason };
          continue;
        }
        try {
          const collected = measure(each, owners.get(container.id)!.report);
          if ('kind' in collected) yield collected;
          else yield* collected;
        } catch (error) {
          // One broken container never costs the others.
          log.error({ err: error, container: container.name }, 'cannot measure a container in this cycle');
        }
      }
    },
  };
}

/** Who owns what was found in these containers. */
type Owned = {
  readonly containers: readonly Container[];
  readonly namespaces: readonly (number | undefined)[];
  readonly owners: DecidedCycle['owners'];
};

const areSame = <T>(a: readonly T[], b: readonly T[]): boolean =>
  a.length === b.length && a.every((each, at) => each === b[at]);

const candidatesOf = (containers: readonly Container[], namespaces: Owned['namespaces']): NetworkCandidate[] =>
  containers.map((container, at) => {
    const { id, network, startedAtMs, isPodSandbox } = container;
    return { id, network, startedAtMs, isPodSandbox, netNamespace: namespaces[at], stopped: !isRunning(container) };
  });

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
