import { type KernelFiles, okValue } from '../kernel-files.ts';
import { parseFlatKeyed, parseSingleValue } from './formats.ts';
import type { CgroupPlace } from './place.ts';

/**
 * CPU time charged to a cgroup and all below it, in the kernel's finest unit (v2: `cpu.stat` usage_usec in microseconds,
 * v1: `cpuacct.usage` in nanoseconds). While it stands still none of its processes has run. Undefined where it is not
 * said.
 */
export function readCpuClock(files: KernelFiles, place: CgroupPlace): number | undefined {
  if (place.version === 2)
    return okValue(files.read('cgroup.cpu.stat', `${place.directory}/cpu.stat`, parseUsage, 'kept'));
  const { cpuacct } = place.directories;
  if (cpuacct === undefined) return undefined;
  return okValue(files.read('cgroup.cpuacct.usage', `${cpuacct}/cpuacct.usage`, parseSingleValue, 'kept'));
}

export function parseUsage(bytes: Buffer): number | undefined {
  return parseFlatKeyed(bytes).get('usage_usec');
}
