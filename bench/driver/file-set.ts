import { readFileSync } from 'node:fs';
import type { CgroupPlace } from '../../src/sources/cgroup/place.ts';
import { processesDirectory } from '../../src/sources/cgroup/place.ts';
import type { Container } from '../../src/sources/container.ts';
import type { Resolved } from '../../src/sources/resolution.ts';
import { resolveAll } from '../../test/sources/resolve-all.ts';
import type { DriverSources } from './sources.ts';

/*
 * The files that the default metrics stand in. What Plimsoll reads in a full cycle is added to them, so that the floor
 * reads everything whatever Plimsoll manages to skip.
 */

const OF_PROCESS = ['stat', 'status'];
const OF_NETWORK = ['net/dev'];
const OF_V2 = [
  'cpu.stat',
  'cpu.max',
  'memory.current',
  'memory.max',
  'memory.swap.current',
  'memory.stat',
  'memory.events',
  'io.stat',
  'pids.current',
  'pids.max',
  'cpu.pressure',
  'memory.pressure',
  'io.pressure',
];
const OF_V1: Readonly<Record<string, readonly string[]>> = {
  cpuacct: ['cpuacct.stat'],
  cpu: ['cpu.stat', 'cpu.cfs_quota_us', 'cpu.cfs_period_us'],
  memory: [
    'memory.usage_in_bytes',
    'memory.limit_in_bytes',
    'memory.stat',
    'memory.failcnt',
    'memory.memsw.failcnt',
    'memory.oom_control',
  ],
  blkio: ['blkio.throttle.io_service_bytes_recursive', 'blkio.throttle.io_serviced_recursive'],
  pids: ['pids.current', 'pids.max'],
};

export function defaultFiles({ located, pids }: Pick<Resolved, 'located' | 'pids'>, procPath: string): string[] {
  const ofProcesses = pids.flatMap((pid) => OF_PROCESS.map((file) => `${procPath}/${pid}/${file}`));
  const ofNetwork = pids.slice(0, 1).flatMap((pid) => OF_NETWORK.map((file) => `${procPath}/${pid}/${file}`));
  const { place } = located;
  return [...(place ? cgroupFiles(place) : []), ...ofProcesses, ...ofNetwork];
}

function cgroupFiles(place: CgroupPlace): string[] {
  const lists = [processesDirectory(place)].map((directory) => `${directory}/cgroup.procs`);
  if (place.version === 2) return [...lists, ...OF_V2.map((file) => `${place.directory}/${file}`)];
  const files = Object.entries(place.directories).flatMap(([controller, directory]) =>
    (OF_V1[controller] ?? []).map((file) => `${directory}/${file}`),
  );
  return [...lists, ...files];
}

/** The files of one container in a full cycle. `take` answers what was read since it was last asked. */
export function fileSetOf(container: Container, sources: DriverSources, take: () => string[]): string[] {
  const resolver = sources.createResolver();
  // The first cycle also finds the container: that is not done again.
  for (const resolved of resolveAll(resolver, [container])) sources.read(resolved);
  take();
  const [resolved] = resolveAll(resolver, [container]);
  sources.read(resolved!);
  const all = new Set([...defaultFiles(resolved!, sources.proc.path), ...take()]);
  return [...all].filter(canBeRead);
}

/** Not every kernel has every file, and a process may have ended meanwhile. */
function canBeRead(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined) return false;
    throw error;
  }
}
