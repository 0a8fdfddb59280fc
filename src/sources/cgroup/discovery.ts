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
  const allStarts = createStarts(proc);
  return {
    current: async () => {
      const pidsByPath = readPidsByCgroup(proc);
      const containers = groupByContainer(pidsByPath);
      const starts = allStarts.begin(okValue(readBootTime(proc)));
      if (containers.size === 0) return ownCgroup(proc, pidsByPath, starts);
      if (containers.size > maxContainers) proc.files.onLimit('containers', containers.size - maxContainers);
      return [...containers.values()].slice(0, maxContainers).map(({ id, runtime, path, pids }) => {
        const found = { id, name: id.slice(0, SHORT_ID_LENGTH), runtime, path };
        const container = toContainer({ ...found, ...starts.of(id, pids) });
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

function ownCgroup(proc: ProcFs, pidsByPath: ReadonlyMap<string, number[]>, starts: Starts): Container[] {
  const path = processPath(okValue(readProcCgroup(proc, 'self')) ?? []);
  if (path === undefined) return [];
  const name = hostname();
  const id = path === '/' ? name : `${name}:${path}`;
  return [toContainer({ id, name, runtime: 'none', path, ...starts.of(id, pidsByPath.get(path) ?? []) })];
}

/** Of a pod's containers, the one with a single process of this name; no engine is there to say it. */
function isPodSandbox(proc: ProcFs, { podUid }: Container, [pid, ...others]: readonly number[]): boolean {
  if (podUid === undefined || pid === undefined || others.length > 0) return false;
  return readExecutable(proc, pid) === PAUSE;
}

type Oldest = { readonly pid?: number; readonly startedAtMs?: number };

/** Tells when a container began: with that of its processes that started first. */
type Starts = { of(id: string, pids: readonly number[]): Oldest };

type Seen = { readonly firstTicks: number; readonly newestTicks: number; readonly startedAtMs: number | undefined };

/**
 * What was said of a container stands as long as it has a process that was there before: the first one may end, or not be
 * readable for once, and whenever the wall clock is set the kernel gives the boot another time. Another start would mean
 * another run.
 */
function createStarts(proc: ProcFs): { begin(bootTimeSeconds: number | undefined): Starts } {
  let known = new Map<string, Seen>();
  return {
    begin(bootTimeSeconds) {
      const former = known;
      known = new Map();
      return {
        of(id, pids) {
          const stats = pids.flatMap((pid) => okValue(readStat(proc, pid)) ?? []);
          const ticks = stats.map(({ startTimeTicks }) => startTimeTicks);
          const firstTicks = ticks.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY);
          const first = stats.find(({ startTimeTicks }) => startTimeTicks === firstTicks);
          if (!first) return {};
          const last = former.get(id);
          const newestTicks = ticks.reduce((most, each) => Math.max(most, each), 0);
          const isSameRun = last !== undefined && firstTicks <= last.newestTicks && firstTicks >= last.firstTicks;
          const computed = bootTimeSeconds && bootTimeSeconds * MS_PER_SECOND + firstTicks * MS_PER_TICK;
          const startedAtMs = (isSameRun ? last.startedAtMs : undefined) ?? computed;
          known.set(id, { firstTicks: isSameRun ? last.firstTicks : firstTicks, newestTicks, startedAtMs });
          return { pid: first.pid, ...(startedAtMs !== undefined && { startedAtMs }) };
        },
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
