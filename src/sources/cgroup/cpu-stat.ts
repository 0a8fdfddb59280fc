import type { KernelFiles, ReadOutcome } from '../kernel-files.ts';
import { parseFlatKeyed } from './formats.ts';

/** CPU time that the kernel charged to a cgroup and all below it, in seconds. */
export type CgroupCpuTime = { readonly userSeconds: number; readonly systemSeconds: number };

/** How often and how long the CPU controller held a cgroup back at its limit. */
export type CgroupThrottling = {
  readonly periods: number;
  readonly throttledPeriods: number;
  readonly throttledSeconds: number;
};

/** `cpu.stat`. On v1 it has no CPU time; on v2 no throttling where the cpu controller is not enabled. */
export type CgroupCpuStat = { readonly time?: CgroupCpuTime; readonly throttling?: CgroupThrottling };

const MICROSECONDS = 1e6;
const NANOSECONDS = 1e9;

export function parseCpuStat(bytes: Buffer): CgroupCpuStat | undefined {
  const values = parseFlatKeyed(bytes);
  const user = values.get('user_usec');
  const system = values.get('system_usec');
  const throttling = throttlingOf(values);
  if (throttling === undefined && user === undefined) return undefined;
  return {
    ...(user !== undefined &&
      system !== undefined && { time: { userSeconds: user / MICROSECONDS, systemSeconds: system / MICROSECONDS } }),
    ...(throttling && { throttling }),
  };
}

function throttlingOf(values: ReadonlyMap<string, number>): CgroupThrottling | undefined {
  const periods = values.get('nr_periods');
  const throttledPeriods = values.get('nr_throttled');
  const microseconds = values.get('throttled_usec');
  const nanoseconds = values.get('throttled_time');
  if (periods === undefined || throttledPeriods === undefined) return undefined;
  if (microseconds !== undefined) return { periods, throttledPeriods, throttledSeconds: microseconds / MICROSECONDS };
  if (nanoseconds !== undefined) return { periods, throttledPeriods, throttledSeconds: nanoseconds / NANOSECONDS };
  return undefined;
}

export const readCpuStat = (files: KernelFiles, dir: string): ReadOutcome<CgroupCpuStat> =>
  files.read('cgroup.cpu.stat', `${dir}/cpu.stat`, parseCpuStat, 'kept');
