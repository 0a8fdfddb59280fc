import type { CgroupCpuTime, CgroupThrottling } from '../sources/cgroup/cpu-stat.ts';
import type { DiskIo } from '../sources/cgroup/disk-io.ts';
import type { MemoryEvents } from '../sources/cgroup/memory-events.ts';
import type { Pressures } from '../sources/cgroup/pressure.ts';
import type { Connections } from '../sources/connections.ts';
import type { Container } from '../sources/container.ts';
import type { NetworkInterface } from '../sources/proc/net-dev.ts';

/*
 * What accounting hands to the instruments: totals since the container's start and levels of now, in the units of the
 * metrics. A field is absent where the kernel does not say; absent is never zero.
 */

export type ProcessState = 'running' | 'sleeping' | 'stopped' | 'defunct';

/** What can be told apart by executable. */
export type ProcessGroupUsage = {
  readonly cpuUserSeconds: number;
  readonly cpuSystemSeconds: number;
  readonly residentAnonBytes?: number | undefined;
  readonly residentFileBytes?: number | undefined;
  readonly residentShmemBytes?: number | undefined;
  readonly virtualBytes?: number | undefined;
  readonly swapBytes?: number | undefined;
  readonly countByState: Readonly<Record<ProcessState, number>>;
  readonly threadCount: number;
  readonly faults?: { readonly minor: number; readonly major: number } | undefined;
  readonly contextSwitches?: { readonly voluntary: number; readonly involuntary: number } | undefined;
  /** Open files. */
  readonly fileDescriptors?: { readonly count: number } | undefined;
  readonly pssBytes?: number | undefined;
};

export type ExecutableUsage = ProcessGroupUsage & {
  /** Base name of the executable; the last of all is `other`, which has what is not told apart. */
  readonly name: string;
};

export type ProcessesUsage = ProcessGroupUsage & {
  readonly io?: { readonly readBytes: number; readonly writeBytes: number } | undefined;
  /** Utilization is that of the process that is nearest to its limit. */
  readonly fileDescriptors?: { readonly count: number; readonly utilization?: number } | undefined;
  /** The same as of a group, by executable, where that is wanted: the sums are those of all processes. */
  readonly executables?: readonly ExecutableUsage[] | undefined;
};

export type CpuUsage = {
  readonly time?: CgroupCpuTime | undefined;
  /** Whether the time is that of the processes, because no cgroup says it. */
  readonly isOfProcesses?: boolean | undefined;
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

export type InterfaceUsage = NetworkInterface & {
  /** Since when its counters run, Unix time; absent: since those of all others do. */
  readonly startMs?: number | undefined;
};

export type TasksUsage = { readonly count?: number | undefined; readonly limit?: number | undefined };

export type ContainerUsage = {
  readonly container: Container;
  /** Since when the procfs counters run, Unix time; absent: since the container's start. */
  readonly procfsStartMs?: number | undefined;
  /** Since when the counters of the interfaces run; likewise. */
  readonly networkStartMs?: number | undefined;
  readonly uptimeSeconds?: number | undefined;
  readonly processes?: ProcessesUsage | undefined;
  readonly cpu: CpuUsage;
  readonly memory: MemoryUsage;
  readonly memoryEvents: MemoryEvents;
  readonly tasks: TasksUsage;
  readonly disks: readonly DiskUsage[];
  readonly pressures: Pressures;
  readonly interfaces: readonly InterfaceUsage[];
  /** Names of interfaces whose totals were forgotten with this reading: none of them is there. */
  readonly forgottenInterfaces?: readonly string[] | undefined;
  readonly connections?: Connections | undefined;
};

/** Whether the kernel said anything of it, or only the engine. */
export function isMeasured({ processes, cpu, memory, memoryEvents, tasks, pressures }: ContainerUsage): boolean {
  // Only what every living container has, whatever it does: one without a disk or an interface is not gone.
  return (
    processes !== undefined ||
    cpu.time !== undefined ||
    memory.usageBytes !== undefined ||
    memory.peakBytes !== undefined ||
    memoryEvents.oomKill !== undefined ||
    tasks.count !== undefined ||
    pressures.cpu !== undefined
  );
}
