import { containersInPath } from './cgroup/container-id.ts';
import { type Located, type LocateSources, locateCgroup } from './cgroup/locate.ts';
import { processesDirectory } from './cgroup/place.ts';
import { readProcs } from './cgroup/procs.ts';
import type { Container } from './container.ts';
import { okValue } from './kernel-files.ts';
import { readNamespace } from './proc/namespace.ts';
import { readPidsByCgroup } from './proc/pids-by-cgroup.ts';

/** Which processes belong to a container, and where the kernel accounts for it. */
export type Resolved = {
  readonly container: Container;
  readonly located: Located;
  readonly pids: readonly number[];
  /** Inode of the network namespace; undefined where it may not be looked at. */
  readonly netNamespace?: number;
};

export type Resolver = {
  /** Resolves all containers of a cycle. Never throws for what the kernel or a container does. */
  resolve(containers: readonly Container[]): Resolved[];
};

/** What stays true as long as a container runs, and so is looked up once. */
type Remembered = { readonly container: Container; readonly located: Located; netNamespace?: number | undefined };

export function createResolver(sources: LocateSources): Resolver {
  let remembered = new Map<string, Remembered>();

  function recall(container: Container): Remembered {
    const known = remembered.get(container.id);
    const same = known?.container.pid === container.pid && known?.container.startedAtMs === container.startedAtMs;
    return known && same && known.located.place ? known : { container, located: locateCgroup(sources, container) };
  }

  return {
    resolve(containers) {
      const index = createPidIndex(sources);
      const next = new Map<string, Remembered>();
      const resolved = containers.map((container): Resolved => {
        const memory = recall(container);
        next.set(container.id, memory);
        const pids = pidsOf(sources, memory.located, container, index);
        memory.netNamespace ??= firstNetNamespace(sources, pids);
        const { located, netNamespace } = memory;
        return { container, located, pids, ...(netNamespace !== undefined && { netNamespace }) };
      });
      // Whatever was not asked for any more is forgotten with it.
      remembered = next;
      return resolved;
    },
  };
}

function pidsOf(sources: LocateSources, located: Located, container: Container, index: PidIndex): readonly number[] {
  const dir = located.place && processesDirectory(located.place);
  const listed = dir === undefined ? undefined : okValue(readProcs(sources.cgroups.files, dir));
  // Without the host's PID namespace the kernel lists nothing (v1) or zeros (v2) for processes that we cannot name.
  const named = listed?.filter((pid) => pid !== 0) ?? [];
  const hasProcesses = container.state === 'running' || container.state === 'paused';
  return named.length > 0 || !hasProcesses ? named : index.pidsOf(container);
}

function firstNetNamespace({ proc }: LocateSources, pids: readonly number[]): number | undefined {
  const first = pids[0];
  return first === undefined ? undefined : okValue(readNamespace(proc, first, 'net'));
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
