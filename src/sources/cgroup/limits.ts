import type { KernelFiles } from '../kernel-files.ts';
import { readCfsLimit, readCpuMax } from './cpu-limit.ts';
import { readMemoryLimit } from './memory-value.ts';
import type { CgroupPlace } from './place.ts';
import { readTaskLimit } from './tasks.ts';

/** `none` where there is no limit, or nobody wants to know; absent where it could not be read. */
export type Limit = number | 'none' | undefined;

/** What a cgroup may use at most: CPUs, bytes of memory, tasks. */
export type CgroupLimits = { readonly cpus: Limit; readonly memoryBytes: Limit; readonly tasks: Limit };

export type WantedLimits = { readonly [limit in keyof CgroupLimits]: boolean };

export function readLimits(files: KernelFiles, place: CgroupPlace, wanted: WantedLimits): CgroupLimits {
  if (place.version === 2) {
    const { directory } = place;
    return {
      cpus: wanted.cpus ? readCpuMax(files, directory) : 'none',
      memoryBytes: wanted.memoryBytes ? readMemoryLimit(files, directory, 'memory.max') : 'none',
      tasks: wanted.tasks ? readTaskLimit(files, directory) : 'none',
    };
  }
  const { cpu, memory, pids } = place.directories;
  const below = (dir: string | undefined, isWanted: boolean, read: (dir: string) => Limit): Limit => {
    if (!isWanted) return 'none';
    return dir === undefined ? undefined : read(dir);
  };
  return {
    cpus: below(cpu, wanted.cpus, (dir) => readCfsLimit(files, dir)),
    memoryBytes: below(memory, wanted.memoryBytes, (dir) => readMemoryLimit(files, dir, 'memory.limit_in_bytes')),
    tasks: below(pids, wanted.tasks, (dir) => readTaskLimit(files, dir)),
  };
}

/** Whether there is nothing to be looked for again. */
export function areKnown({ cpus, memoryBytes, tasks }: CgroupLimits): boolean {
  return cpus !== undefined && memoryBytes !== undefined && tasks !== undefined;
}

export const numberOf = (limit: Limit): number | undefined => (limit === 'none' ? undefined : limit);
