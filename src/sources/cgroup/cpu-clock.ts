import { type KernelFiles, okValue } from '../kernel-files.ts';
import { keyedParser, parseSingleValue } from './formats.ts';
import type { CgroupPlace } from './place.ts';

/**
 * CPU time charged to a cgroup and all below it, in the kernel's finest unit (v2: `cpu.stat` usage_usec in microseconds,
 * v1: `cpuacct.usage` in nanoseconds). While it stands still none of its processes has run. Undefined where it is not
 * said.
 */
export function readCpuClock(files: KernelFiles, place: CgroupPlace): number | undefined {
  if (place.version === 2) return okValue(files.readKept('cgroup.cpu.stat', place.directory, 'cpu.stat', parseUsage));
  const { cpuacct } = place.directories;
  if (cpuacct === undefined) return undefined;
  return okValue(files.readKept('cgroup.cpuacct.usage', cpuacct, 'cpuacct.usage', parseSingleValue));
}

const parseUsageLine = keyedParser({ usage_usec: 'usage' });

export function parseUsage(bytes: Buffer): number | undefined {
  return parseUsageLine(bytes).usage;
}
