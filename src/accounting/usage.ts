import type { CgroupCpuTime, CgroupThrottling } from '../sources/cgroup/cpu-stat.ts';
import type { DiskIo } from '../sources/cgroup/disk-io.ts';
import type { MemoryEvents } from '../sources/cgroup/memory-events.ts';
import type { Pressures } from '../sources/cgroup/pressure.ts';
import type { Container } from '../sources/container.ts';
import type { NetworkInterface } from '../sources/proc/net-dev.ts';

/*
 * What accounting hands to the instruments: totals since the container's start and levels of now, in the units of the
 * metrics. A field is absent where the kernel does not say; absent is never zero.
 */

export type ProcessState = 'running' | 'sleeping' | 'stopped' | 'defunct';

export type ProcessesUsage = {
  readonly cpuUserSeconds: number;
  readonly cpuSystemSeconds: number;
  readonly residentAnonBytes?: number | undefined;
  readonly residentFileBytes?: number | undefined;
  readonly residentShmemBytes?: number | undefined;
  readonly virtualBytes?: number | undefined;
  readonly swapBytes?: number | undefined;
  readonly countByState: Readonly<Record<ProcessState, number>>;
  readonly threadCount: number;
};

export type CpuUsage = {
  readonly time?: CgroupCpuTime | undefined;
  /** CPUs in use since the previous reading; absent at the first. */
  readonly userCpus?: number | undefined;
  readonly systemCpus?: number | undefined;
  readonly limitCpus?: number | undefined;
  readonly throttling?: CgroupThrottling | undefined;
};

export type MemoryUsage = {
  readonly usageBytes?: number | undefined;
  readonly workingSetBytes?: number | undefined;
  readonly rssBytes?: number | undefined;
  readonly availableBytes?: number | undefined;
  readonly limitBytes?: number | undefined;
  readonly peakBytes?: number | undefined;
  readonly cacheBytes?: number | undefined;
  readonly swapBytes?: number | undefined;
  readonly majorFaults?: number | undefined;
  readonly minorFaults?: number | undefined;
};

/** What a container did on one block device since its start. */
export type DiskUsage = Omit<DiskIo, 'device'> & {
  /** Name of the device, such as `sda`. */
  readonly device: string;
};

export type TasksUsage = { readonly count?: number | undefined; readonly limit?: number | undefined };

export type ContainerUsage = {
  readonly container: Container;
  /** Since when the procfs counters run, Unix time; absent: since the container's start. */
  readonly procfsStartMs?: number | undefined;
  readonly uptimeSeconds?: number | undefined;
  readonly processes?: ProcessesUsage | undefined;
  readonly cpu: CpuUsage;
  readonly memory: MemoryUsage;
  readonly memoryEvents: MemoryEvents;
  readonly tasks: TasksUsage;
  readonly disks: readonly DiskUsage[];
  readonly pressures: Pressures;
  readonly interfaces: readonly NetworkInterface[];
};

/** Whether the kernel said anything of it, or only the engine. */
export function isMeasured({ processes, cpu, memory }: ContainerUsage): boolean {
  return processes !== undefined || cpu.time !== undefined || memory.usageBytes !== undefined;
}
