import { type KernelFiles, okValue } from '../kernel-files.ts';
import { keyedParser, parseSingleValue } from './formats.ts';
import type { CgroupPlace } from './place.ts';

/**
 * CPU time charged to a cgroup and all below it, in the kernel's finest unit (v2: `cpu.stat` usage_usec in microseconds,
 * v1: `cpuacct.usage` in nanoseconds). While it stands still none of its processes has run. Undefined where it does not
 * tell that.
 */
export function readCpuClock(files: KernelFiles, place: CgroupPlace): number | undefined {
  if (place.version === 2) {
    const micros = okValue(files.readKept('cgroup.cpu.stat', place.directory, 'cpu.stat', parseUsage));
    return unlessTicks(micros, MICROS_PER_MS);
  }
  const { cpuacct } = place.directories;
  if (cpuacct === undefined) return undefined;
  const nanos = okValue(files.readKept('cgroup.cpuacct.usage', cpuacct, 'cpuacct.usage', parseSingleValue));
  return unlessTicks(nanos, NANOS_PER_MS);
}

const MICROS_PER_MS = 1e3;
const NANOS_PER_MS = 1e6;

/**
 * Where the scheduler's clock is the timer's tick (User Mode Linux: 10 ms), a process may run and have no time charged.
 * Only whole milliseconds are read there; of a finer clock that is one reading in a thousand.
 */
function unlessTicks(time: number | undefined, perMs: number): number | undefined {
  return time !== undefined && time % perMs === 0 ? undefined : time;
}

const parseUsageLine = keyedParser({ usage_usec: 'usage' });

export function parseUsage(bytes: Buffer): number | undefined {
  return parseUsageLine(bytes).usage;
}
