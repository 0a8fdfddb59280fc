import type { KernelFiles, ReadOutcome } from '../kernel-files.ts';
import { keyedParser } from './formats.ts';

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

const parseLines = keyedParser({
  user_usec: 'userMicros',
  system_usec: 'systemMicros',
  nr_periods: 'periods',
  nr_throttled: 'throttledPeriods',
  throttled_usec: 'throttledMicros',
  throttled_time: 'throttledNanos',
});

export function parseCpuStat(bytes: Buffer): CgroupCpuStat | undefined {
  const values = parseLines(bytes);
  const { userMicros: user, systemMicros: system } = values;
  const throttling = throttlingOf(values);
  if (throttling === undefined && user === undefined) return undefined;
  return {
    ...(user !== undefined &&
      system !== undefined && { time: { userSeconds: user / MICROSECONDS, systemSeconds: system / MICROSECONDS } }),
    ...(throttling && { throttling }),
  };
}

function throttlingOf(values: ReturnType<typeof parseLines>): CgroupThrottling | undefined {
  const { periods, throttledPeriods, throttledMicros, throttledNanos } = values;
  if (periods === undefined || throttledPeriods === undefined) return undefined;
  if (throttledMicros !== undefined)
    return { periods, throttledPeriods, throttledSeconds: throttledMicros / MICROSECONDS };
  if (throttledNanos !== undefined)
    return { periods, throttledPeriods, throttledSeconds: throttledNanos / NANOSECONDS };
  return undefined;
}

export const readCpuStat = (files: KernelFiles, dir: string): ReadOutcome<CgroupCpuStat> =>
  files.readKept('cgroup.cpu.stat', dir, 'cpu.stat', parseCpuStat);
