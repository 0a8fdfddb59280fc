import { type KernelFiles, okValue } from '../kernel-files.ts';
import { parseLimit, parseSingleValue } from './formats.ts';

/** Tasks of the pids controller: processes and threads, zombies included, of the cgroup and all below it. */
export type CgroupTasks = { readonly count?: number | undefined; readonly limit?: number | undefined };

/** `pids.current` and `pids.max`, the same on v1 and v2; the limit is absent without one. */
export function readTasks(files: KernelFiles, dir: string): CgroupTasks {
  const limit = okValue(files.readKept('cgroup.pids.max', dir, 'pids.max', parseLimit));
  return {
    count: okValue(files.readKept('cgroup.pids.current', dir, 'pids.current', parseSingleValue)),
    limit: limit === 'none' ? undefined : limit,
  };
}
