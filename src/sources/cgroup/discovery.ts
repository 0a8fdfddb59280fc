import { hostname } from 'node:os';
import type { Container, Discovery } from '../container.ts';
import { okValue } from '../kernel-files.ts';
import { readBootTime } from '../proc/boot-time.ts';
import { readProcCgroup } from '../proc/cgroup.ts';
import { processPath, readPidsByCgroup } from '../proc/pids-by-cgroup.ts';
import type { ProcFs } from '../proc/proc-fs.ts';
import { readStat } from '../proc/stat.ts';
import { containersInPath } from './container-id.ts';

const SOURCE = 'cgroups';
const MS_PER_SECOND = 1000;
const MS_PER_TICK = 10;
const SHORT_ID_LENGTH = 12;

/**
 * Discovery without an engine: the containers that the cgroup paths of all visible processes name, outermost ones only,
 * or, where there is none, the cgroup that this process runs in. So there is always something true to see.
 */
export function createCgroupDiscovery({ proc }: { readonly proc: ProcFs }): Discovery {
  return {
    current: async () => {
      const pidsByPath = readPidsByCgroup(proc);
      const containers = groupByContainer(pidsByPath);
      const bootTimeSeconds = okValue(readBootTime(proc));
      if (containers.size === 0) return ownCgroup(proc, pidsByPath, bootTimeSeconds);
      return [...containers.values()].map(({ id, runtime, path, pids }) =>
        toContainer({ id, name: id.slice(0, SHORT_ID_LENGTH), runtime, path, ...oldest(proc, pids, bootTimeSeconds) }),
      );
    },
    status: () => ({ status: 'ok', source: SOURCE }),
    close: async () => undefined,
  };
}

type Group = { readonly id: string; readonly runtime: string; readonly path: string; readonly pids: number[] };

function groupByContainer(pidsByPath: ReadonlyMap<string, readonly number[]>): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const [path, pids] of pidsByPath) {
    const outermost = containersInPath(path)[0];
    if (!outermost) continue;
    const group = groups.get(outermost.id) ?? { ...outermost, pids: [] };
    group.pids.push(...pids);
    groups.set(outermost.id, group);
  }
  return groups;
}

function ownCgroup(
  proc: ProcFs,
  pidsByPath: ReadonlyMap<string, number[]>,
  bootTimeSeconds: number | undefined,
): Container[] {
  const path = processPath(okValue(readProcCgroup(proc, 'self')) ?? []);
  if (path === undefined) return [];
  const name = hostname();
  const id = path === '/' ? name : `${name}:${path}`;
  return [
    toContainer({ id, name, runtime: 'none', path, ...oldest(proc, pidsByPath.get(path) ?? [], bootTimeSeconds) }),
  ];
}

type Oldest = { readonly pid?: number; readonly startedAtMs?: number };

/** The process that started first; its start is the container's. */
function oldest(proc: ProcFs, pids: readonly number[], bootTimeSeconds: number | undefined): Oldest {
  let first: { pid: number; startTimeTicks: number } | undefined;
  for (const pid of pids) {
    const stat = okValue(readStat(proc, pid));
    if (stat && (!first || stat.startTimeTicks < first.startTimeTicks)) first = stat;
  }
  if (!first) return {};
  if (bootTimeSeconds === undefined) return { pid: first.pid };
  return { pid: first.pid, startedAtMs: bootTimeSeconds * MS_PER_SECOND + first.startTimeTicks * MS_PER_TICK };
}

function toContainer(found: Oldest & { id: string; name: string; runtime: string; path: string }): Container {
  const { path, ...rest } = found;
  return { ...rest, cgroupPath: path, image: { tags: [] }, labels: {}, state: 'running', network: { kind: 'unknown' } };
}
