import { type KernelFiles, okValue } from '../kernel-files.ts';
import { readCfsLimit, readCpuMax } from './cpu-limit.ts';
import { type CgroupCpuTime, type CgroupThrottling, readCpuStat } from './cpu-stat.ts';
import { readCpuacctStat } from './cpuacct-stat.ts';
import { type CgroupMemoryStat, readMemoryStatV1, readMemoryStatV2 } from './memory-stat.ts';
import { readMemoryBytes, readMemoryLimit } from './memory-value.ts';
import type { CgroupPlace } from './place.ts';
import { type CgroupTasks, readTasks } from './tasks.ts';

/** What the kernel accounts for one container, whichever cgroup version says it. Absent is not zero. */
export type CgroupReading = {
  readonly cpuTime?: CgroupCpuTime | undefined;
  readonly throttling?: CgroupThrottling | undefined;
  readonly cpuLimit?: number | undefined;
  readonly memoryUsageBytes?: number | undefined;
  readonly memoryLimitBytes?: number | undefined;
  readonly memorySwapBytes?: number | undefined;
  readonly memoryStat?: CgroupMemoryStat | undefined;
  readonly tasks?: CgroupTasks | undefined;
};

export function readCgroup(files: KernelFiles, place: CgroupPlace): CgroupReading {
  return place.version === 2 ? readV2(files, place.directory) : readV1(files, place.directories);
}

function readV2(files: KernelFiles, dir: string): CgroupReading {
  const cpuStat = okValue(readCpuStat(files, dir));
  return {
    cpuTime: cpuStat?.time,
    throttling: cpuStat?.throttling,
    cpuLimit: readCpuMax(files, dir),
    memoryUsageBytes: readMemoryBytes(files, dir, 'memory.current'),
    memoryLimitBytes: readMemoryLimit(files, dir, 'memory.max'),
    memorySwapBytes: readMemoryBytes(files, dir, 'memory.swap.current'),
    memoryStat: okValue(readMemoryStatV2(files, dir)),
    tasks: readTasks(files, dir),
  };
}

function readV1(files: KernelFiles, { cpuacct, cpu, memory, pids }: Readonly<Record<string, string>>): CgroupReading {
  const memoryStat = memory === undefined ? undefined : okValue(readMemoryStatV1(files, memory));
  return {
    ...(cpuacct !== undefined && { cpuTime: okValue(readCpuacctStat(files, cpuacct)) }),
    ...(cpu !== undefined && {
      throttling: okValue(readCpuStat(files, cpu))?.throttling,
      cpuLimit: readCfsLimit(files, cpu),
    }),
    ...(memory !== undefined && {
      memoryUsageBytes: readMemoryBytes(files, memory, 'memory.usage_in_bytes'),
      memoryLimitBytes: readMemoryLimit(files, memory, 'memory.limit_in_bytes'),
      memorySwapBytes: memoryStat?.swapBytes,
      memoryStat,
    }),
    ...(pids !== undefined && { tasks: readTasks(files, pids) }),
  };
}
