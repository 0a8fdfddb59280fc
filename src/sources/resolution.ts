import { containersInPath } from './cgroup/container-id.ts';
import { readCpuClock } from './cgroup/cpu-clock.ts';
import { type Located, type LocateSources, locateCgroup } from './cgroup/locate.ts';
import { isWholePlace, processesDirectory } from './cgroup/place.ts';
import { readProcs } from './cgroup/procs.ts';
import { type Container, isRunning } from './container.ts';
import { okValue } from './kernel-files.ts';
import { readNamespace } from './proc/namespace.ts';
import { readPidsByCgroup } from './proc/pids-by-cgroup.ts';

/** Which processes belong to a container, and where the kernel accounts for it. */
export type Resolved = {
  readonly container: Container;
  readonly located: Located;
  readonly pids: readonly number[];
  /** Absent where none were looked for. */
  readonly processesFrom?: ProcessesFrom;
  /** Inode of the network namespace; undefined where it may not be looked at. */
  readonly netNamespace?: number | undefined;
  /** Whether none of its processes has run since the last cycle. */
  readonly hasRested?: boolean;
  /** Whether it is to be read as if they had. */
  readonly isDue?: boolean;
};

/** The cgroup lists them, or every process of the host was looked at: dearer, and where the cgroup lists none. */
export type ProcessesFrom = 'cgroup.procs' | 'walk of /proc';

/** Never throws for what the kernel or a container does. */
export type Resolver = {
  /** Begins a cycle: what is known of containers that were not asked for in the last one is forgotten. */
  begin(): void;
  /** Inode of a container's network namespace, for which it is looked at once in its life. */
  netNamespaceOf(container: Container): number | undefined;
  /** To be called once in a cycle, just before the container is read: it says what has run until then. */
  resolve(container: Container): Resolved;
};

/** What stays true as long as a container runs, and so is looked up once. */
type Remembered = {
  readonly container: Container;
  readonly located: Located;
  /** How often it was looked for. */
  readonly looks: number;
  netNamespace?: number | undefined;
  rest?: Rest | undefined;
  /** What was found in this cycle already. */
  resolved?: Resolved | undefined;
};

/** What stays true while none of a container's processes runs. */
type Rest = { readonly cpuClock: number; readonly pids: readonly number[]; cycles: number };

/**
 * For how many cycles in a row a container that does not run is not looked at: what the kernel does to its processes
 * without them, such as taking back memory, is seen in the next.
 */
export const RESTED_CYCLES = 5;

/** A directory that could not be looked at the first time may be there the next; on some hosts it never is. */
const MAX_ATTEMPTS = 3;

export function createResolver(sources: LocateSources): Resolver {
  let before = new Map<string, Remembered>();
  let remembered = new Map<string, Remembered>();
  let index = createPidIndex(sources);

  function recall(container: Container): Remembered {
    const recalled = remembered.get(container.id) ?? look(container);
    remembered.set(container.id, recalled);
    return recalled;
  }

  function look(container: Container): Remembered {
    const known = before.get(container.id);
    const isSame = known?.container.pid === container.pid && known?.container.startedAtMs === container.startedAtMs;
    const same = isSame ? known : undefined;
    const place = same?.located.place;
    if (same && place && (isWholePlace(place) || same.looks >= MAX_ATTEMPTS)) return same;
    const located = locateCgroup(sources, container);
    return { container, located, looks: (same?.looks ?? 0) + 1, netNamespace: same?.netNamespace };
  }

  function resolveRunning(container: Container, memory: Remembered): Resolved {
    const { located, rest } = memory;
    // Before the processes are listed: what runs from then on is seen in the next cycle.
    const cpuClock = located.place && readCpuClock(sources.cgroups.files, located.place);
    const hasRested = rest !== undefined && rest.cpuClock === cpuClock;
    if (hasRested && rest.cycles < RESTED_CYCLES) {
      rest.cycles += 1;
      const { netNamespace } = memory;
      return { container, located, pids: rest.pids, processesFrom: LISTED, netNamespace, hasRested, isDue: false };
    }
    const found = pidsOf(sources, located, container, index);
    const known = memory.netNamespace;
    const { pids, netNamespace } =
      known === undefined ? withNetNamespace(sources, located, found) : { pids: found.pids, netNamespace: known };
    memory.netNamespace = netNamespace;
    const { processesFrom } = found;
    const canRest = cpuClock !== undefined && processesFrom === LISTED;
    memory.rest = canRest ? { cpuClock, pids, cycles: 0 } : undefined;
    return { container, located, pids, processesFrom, netNamespace, hasRested, isDue: true };
  }

  return {
    begin() {
      before = remembered;
      remembered = new Map();
      index = createPidIndex(sources);
    },
    netNamespaceOf(container) {
      if (!isRunning(container)) return undefined;
      const memory = recall(container);
      if (memory.netNamespace === undefined) memory.resolved ??= resolveRunning(container, memory);
      return memory.netNamespace;
    },
    resolve(container) {
      // Nothing in the kernel is left to look for.
      if (!isRunning(container)) return { container, located: NOWHERE, pids: [] };
      const memory = recall(container);
      const resolved = memory.resolved ?? resolveRunning(container, memory);
      memory.resolved = undefined;
      return resolved;
    },
  };
}

const NOWHERE: Located = { steps: [] };

type Found = { readonly pids: readonly number[]; readonly processesFrom: ProcessesFrom };

const LISTED: ProcessesFrom = 'cgroup.procs';

function pidsOf(sources: LocateSources, located: Located, container: Container, index: PidIndex): Found {
  const named = listedPids(sources, located);
  return named.length > 0
    ? { pids: named, processesFrom: LISTED }
    : { pids: index.pidsOf(container), processesFrom: 'walk of /proc' };
}

function listedPids({ cgroups }: LocateSources, { place }: Located): readonly number[] {
  const dir = place && processesDirectory(place);
  const listed = dir === undefined ? undefined : okValue(readProcs(cgroups.files, dir));
  // Without the host's PID namespace the kernel lists nothing (v1) or zeros (v2) for processes that we cannot name.
  return listed?.filter((pid) => pid !== 0) ?? [];
}

type Networked = { readonly pids: readonly number[]; readonly netNamespace?: number | undefined };

/**
 * The namespace is remembered for as long as the container runs, so it must not be that of another process that has taken
 * the pid since it was listed: then the list is no longer right either.
 */
function withNetNamespace(sources: LocateSources, located: Located, { pids, processesFrom }: Found): Networked {
  const [first] = pids;
  const netNamespace = first === undefined ? undefined : okValue(readNamespace(sources.proc, first, 'net'));
  if (first === undefined || netNamespace === undefined) return { pids };
  const listed = processesFrom === LISTED ? listedPids(sources, located) : pids;
  return listed.includes(first) ? { pids, netNamespace } : { pids: listed };
}

type PidIndex = { pidsOf(container: Container): readonly number[] };

/** Made at most once a cycle, and only when a container needs it: it reads a file of every process. */
function createPidIndex({ proc }: LocateSources): PidIndex {
  let pidsByPath: Map<string, number[]> | undefined;
  return {
    pidsOf(container) {
      pidsByPath ??= readPidsByCgroup(proc);
      const pids: number[] = [];
      for (const [path, members] of pidsByPath) {
        const inside = containersInPath(path).some((found) => found.id === container.id);
        if (inside || path === container.cgroupPath) pids.push(...members);
      }
      return pids;
    },
  };
}
