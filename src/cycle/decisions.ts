import type { BegunAnew, ContainerAccount } from '../accounting/container-account.ts';
import type { NetworkDecision } from '../accounting/network-owners.ts';
import type { ContainerUsage, InterfaceUsage } from '../accounting/usage.ts';
import type { Container } from '../sources/container.ts';
import type { ProcessesFrom, Resolved } from '../sources/resolution.ts';
import type { Selection } from './selection.ts';

/**
 * What was decided of a container in the last cycle, as plain data: where each of its numbers comes from, and why some
 * are not there. For whoever explains them.
 */
export type Decisions = {
  readonly container: Container;
  readonly selection: Selection;
  /** How its cgroup was looked for, and where it was found. */
  readonly located: Resolved['located'];
  readonly processes: {
    readonly count: number;
    /** Absent for a container that does not run. */
    readonly from?: ProcessesFrom | undefined;
    /** Whether none has run since they were read, so that the readings of then were taken once more. */
    readonly haveRested: boolean;
  };
  /** Whether it reports a network namespace. Where nobody says whose the network is, it is reported by none. */
  readonly network: NetworkDecision;
  /** Absent where neither says it, or nobody wants it. */
  readonly cpuTimeFrom?: CpuTimeFrom | undefined;
  /** Counters that do not run from its start; `interface`: of this one only. */
  readonly begunAnew: readonly (BegunAnew & { readonly interface?: string })[];
};

/** `procfs`: no cgroup says it, so it is summed over the processes. */
export type CpuTimeFrom = 'cgroup' | 'procfs';

/** What a cycle has of all containers anyway: to keep it until the next one costs nothing. */
export type DecidedCycle = {
  readonly resolved: readonly Resolved[];
  readonly selections: ReadonlyMap<string, Selection>;
  readonly owners: ReadonlyMap<string, NetworkDecision>;
};

/** The last usage of a container that is measured, and its account. */
export type Measured = { readonly account: ContainerAccount; readonly usage?: ContainerUsage | undefined };

export const NOTHING_DECIDED: DecidedCycle = { resolved: [], selections: new Map(), owners: new Map() };

/** By container id. */
export function toDecisions(
  { resolved, selections, owners }: DecidedCycle,
  measured: ReadonlyMap<string, Measured>,
): ReadonlyMap<string, Decisions> {
  return new Map(
    resolved.map(({ container, located, pids, processesFrom, hasRested = false, isDue = false }) => {
      const { id } = container;
      const { account, usage } = measured.get(id) ?? {};
      const decisions: Decisions = {
        container,
        selection: selections.get(id)!,
        located,
        processes: { count: pids.length, from: processesFrom, haveRested: hasRested && !isDue },
        network: owners.get(id)!,
        cpuTimeFrom: usage && cpuTimeFrom(usage),
        begunAnew: [...(account?.begunAnew() ?? []), ...(usage?.interfaces ?? []).flatMap(interfaceBegunAnew)],
      };
      return [id, decisions];
    }),
  );
}

function interfaceBegunAnew({ name, startMs }: InterfaceUsage): Decisions['begunAnew'] {
  const why = 'there were more interfaces than are remembered, and it may have been one of them';
  return startMs === undefined ? [] : [{ family: 'network', interface: name, startMs, why }];
}

export function cpuTimeFrom({ cpu: { time, isOfProcesses } }: ContainerUsage): CpuTimeFrom | undefined {
  if (!time) return undefined;
  return isOfProcesses ? 'procfs' : 'cgroup';
}
