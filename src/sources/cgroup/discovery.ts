import { hostname } from 'node:os';
import { LIMITS } from '../../limits.ts';
import type { Container, Discovery } from '../container.ts';
import { okValue } from '../kernel-files.ts';
import { readBootTime } from '../proc/boot-time.ts';
import { readProcCgroup } from '../proc/cgroup.ts';
import { readExecutable } from '../proc/executable.ts';
import { processPath, readPidsByCgroup } from '../proc/pids-by-cgroup.ts';
import type { ProcFs } from '../proc/proc-fs.ts';
import { readStat } from '../proc/stat.ts';
import { containersInPath } from './container-id.ts';
import { podUidInPath } from './pod-uid.ts';

const SOURCE = 'cgroups';
const MS_PER_SECOND = 1000;
const MS_PER_TICK = 10;
const SHORT_ID_LENGTH = 12;
const PAUSE = 'pause';
const MAX_CONTAINERS = LIMITS.containers.max;

export type CgroupDiscoveryOptions = { readonly proc: ProcFs; readonly maxContainers?: number };

/**
 * Discovery without an engine: the containers that the cgroup paths of all visible processes name, outermost ones only,
 * or, where there is none, the cgroup that this process runs in. So there is always something true to see.
 */
export function createCgroupDiscovery({ proc, maxContainers = MAX_CONTAINERS }: CgroupDiscoveryOptions): Discovery {
  const startTimes = createStartTimes();
  return {
    current: async () => {
      const pidsByPath = readPidsByCgroup(proc);
      const containers = groupByContainer(pidsByPath);
      const startedAt = startTimes.with(okValue(readBootTime(proc)));
      if (containers.size === 0) return ownCgroup(proc, pidsByPath, startedAt);
      if (containers.size > maxContainers) proc.files.onLimit('containers', containers.size - maxContainers);
      return [...containers.values()].slice(0, maxContainers).map(({ id, runtime, path, pids }) => {
        const found = { id, name: id.slice(0, SHORT_ID_LENGTH), runtime, path };
        const container = toContainer({ ...found, ...oldest(proc, pids, startedAt) });
        return isPodSandbox(proc, container, pids) ? { ...container, isPodSandbox: true } : container;
      });
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

function ownCgroup(proc: ProcFs, pidsByPath: ReadonlyMap<string, number[]>, startedAt: StartedAt): Container[] {
  const path = processPath(okValue(readProcCgroup(proc, 'self')) ?? []);
  if (path === undefined) return [];
  const name = hostname();
  const id = path === '/' ? name : `${name}:${path}`;
  return [toContainer({ id, name, runtime: 'none', path, ...oldest(proc, pidsByPath.get(path) ?? [], startedAt) })];
}

/** Of a pod's containers, the one with a single process of this name; no engine is there to say it. */
function isPodSandbox(proc: ProcFs, { podUid }: Container, [pid, ...others]: readonly number[]): boolean {
  if (podUid === undefined || pid === undefined || others.length > 0) return false;
  return readExecutable(proc, pid) === PAUSE;
}

type Oldest = { readonly pid?: number; readonly startedAtMs?: number };

/** The process that started first; its start is the container's. */
function oldest(proc: ProcFs, pids: readonly number[], startedAt: StartedAt): Oldest {
  let first: { pid: number; startTimeTicks: number } | undefined;
  for (const pid of pids) {
    const stat = okValue(readStat(proc, pid));
    if (stat && (!first || stat.startTimeTicks < first.startTimeTicks)) first = stat;
  }
  if (!first) return {};
  const startedAtMs = startedAt(first.startTimeTicks);
  return { pid: first.pid, ...(startedAtMs !== undefined && { startedAtMs }) };
}

/** Unix time in milliseconds of a start in clock ticks after boot. */
type StartedAt = (ticks: number) => number | undefined;

/**
 * Whenever the wall clock is set, the kernel gives the boot another time. A start keeps the time that it was first given,
 * since another one would mean another run.
 */
function createStartTimes(): { with(bootTimeSeconds: number | undefined): StartedAt } {
  let known = new Map<number, number>();
  return {
    with(bootTimeSeconds) {
      const former = known;
      known = new Map();
      return (ticks) => {
        const computed = bootTimeSeconds && bootTimeSeconds * MS_PER_SECOND + ticks * MS_PER_TICK;
        const startedAtMs = former.get(ticks) ?? computed;
        if (startedAtMs !== undefined) known.set(ticks, startedAtMs);
        return startedAtMs;
      };
    },
  };
}

function toContainer(found: Oldest & { id: string; name: string; runtime: string; path: string }): Container {
  const { path, ...rest } = found;
  const podUid = podUidInPath(path);
  const identity = { ...rest, ...(podUid !== undefined && { podUid }) };
  return {
    ...identity,
    cgroupPath: path,
    image: { tags: [] },
    labels: {},
    state: 'running',
    network: { kind: 'unknown' },
  };
}
