import { type KernelFiles, okValue } from '../kernel-files.ts';
import { needsProcesses } from '../process-families.ts';
import { type ChildMemoryEvents, readChildMemoryEvents } from './child-memory-events.ts';
import { readCfsLimit, readCpuMax } from './cpu-limit.ts';
import { type CgroupCpuTime, type CgroupThrottling, readCpuStat } from './cpu-stat.ts';
import { readCpuacctStat } from './cpuacct-stat.ts';
import { type DiskIo, readBlkio, readIoStat } from './disk-io.ts';
import { type MemoryEvents, readMemoryEvents, readMemoryEventsV1 } from './memory-events.ts';
import { type CgroupMemoryStat, readMemoryStatV1, readMemoryStatV2 } from './memory-stat.ts';
import { readMemoryBytes, readMemoryLimit } from './memory-value.ts';
import type { CgroupPlace } from './place.ts';
import { type Pressures, readPressures } from './pressure.ts';
import { type CgroupTasks, readTasks } from './tasks.ts';

/** What the kernel accounts for one container, whichever cgroup version says it. Absent is not zero. */
export type CgroupReading = {
  readonly cpuTime?: CgroupCpuTime | undefined;
  readonly throttling?: CgroupThrottling | undefined;
  readonly cpuLimit?: number | undefined;
  readonly memory?: CgroupMemory | undefined;
  readonly memoryEvents?: MemoryEvents | undefined;
  /** Those that `memoryEvents` does not include, of cgroups below it; absent where it includes all. */
  readonly childMemoryEvents?: ChildMemoryEvents | undefined;
  readonly tasks?: CgroupTasks | undefined;
  readonly disks?: readonly DiskIo[] | undefined;
  readonly pressures?: Pressures | undefined;
};

export type CgroupMemory = {
  readonly usageBytes?: number | undefined;
  readonly limitBytes?: number | undefined;
  readonly peakBytes?: number | undefined;
  readonly swapBytes?: number | undefined;
  readonly stat?: CgroupMemoryStat | undefined;
};

/** Names of metric families: a reading is made where one that needs it is on. */
export type ReadingFamilies = ReadonlySet<string>;

/** `last`: what was read last, where no process of the cgroup has run since: its CPU time is not read again. */
export function readCgroup(
  files: KernelFiles,
  place: CgroupPlace,
  families: ReadingFamilies,
  last?: CgroupReading,
): CgroupReading {
  return place.version === 2 ? readV2(files, place.directory, families) : readV1(files, place, families, last);
}

function readV2(files: KernelFiles, dir: string, families: ReadingFamilies): CgroupReading {
  const cpuStat = families.has('cpu') ? okValue(readCpuStat(files, dir)) : undefined;
  return {
    cpuTime: cpuStat?.time,
    throttling: cpuStat?.throttling,
    ...(families.has('cpu') && { cpuLimit: readCpuMax(files, dir) }),
    ...(needsMemory(families) && { memory: readMemoryV2(files, dir, families) }),
    ...(families.has('memoryEvents') && { memoryEvents: readMemoryEvents(files, dir) }),
    ...(needsTasks(families) && { tasks: readTasks(files, dir) }),
    ...(families.has('disk') && { disks: readIoStat(files, dir) }),
    ...(families.has('pressure') && { pressures: readPressures(files, dir) }),
  };
}

function readMemoryV2(files: KernelFiles, dir: string, families: ReadingFamilies): CgroupMemory {
  return {
    ...(families.has('memory') && {
      usageBytes: readMemoryBytes(files, dir, 'memory.current'),
      limitBytes: readMemoryLimit(files, dir, 'memory.max'),
      swapBytes: readMemoryBytes(files, dir, 'memory.swap.current'),
      stat: okValue(readMemoryStatV2(files, dir)),
    }),
    ...(families.has('memoryPeak') && { peakBytes: readMemoryBytes(files, dir, 'memory.peak') }),
  };
}

function readV1(
  files: KernelFiles,
  { directories, unified }: CgroupPlace & { readonly version: 1 },
  families: ReadingFamilies,
  last: CgroupReading | undefined,
): CgroupReading {
  const { cpuacct, cpu, memory, pids, blkio } = directories;
  const wantsCpu = families.has('cpu');
  return {
    ...(wantsCpu && cpuacct !== undefined && { cpuTime: last?.cpuTime ?? okValue(readCpuacctStat(files, cpuacct)) }),
    ...(wantsCpu &&
      cpu !== undefined && {
        throttling: okValue(readCpuStat(files, cpu))?.throttling,
        cpuLimit: readCfsLimit(files, cpu),
      }),
    ...(memory !== undefined && needsMemory(families) && { memory: readMemoryV1(files, memory, families) }),
    ...(memory !== undefined &&
      families.has('memoryEvents') && {
        memoryEvents: readMemoryEventsV1(files, memory),
        childMemoryEvents: last ? last.childMemoryEvents : readChildMemoryEvents(files, memory),
      }),
    ...(pids !== undefined && needsTasks(families) && { tasks: readTasks(files, pids) }),
    ...(blkio !== undefined && families.has('disk') && { disks: readBlkio(files, blkio) }),
    ...(unified !== undefined && families.has('pressure') && { pressures: readPressures(files, unified) }),
  };
}

function readMemoryV1(files: KernelFiles, dir: string, families: ReadingFamilies): CgroupMemory {
  const stat = families.has('memory') ? okValue(readMemoryStatV1(files, dir)) : undefined;
  return {
    ...(families.has('memory') && {
      usageBytes: readMemoryBytes(files, dir, 'memory.usage_in_bytes'),
      limitBytes: readMemoryLimit(files, dir, 'memory.limit_in_bytes'),
      swapBytes: stat?.swapBytes,
      stat,
    }),
    ...(families.has('memoryPeak') && { peakBytes: readMemoryBytes(files, dir, 'memory.max_usage_in_bytes') }),
  };
}

const needsMemory = (families: ReadingFamilies): boolean => families.has('memory') || families.has('memoryPeak');

/** The number of tasks also tells where zombies are to be looked for, which the processes' counters need. */
const needsTasks = (families: ReadingFamilies): boolean => families.has('tasks') || needsProcesses(families);
