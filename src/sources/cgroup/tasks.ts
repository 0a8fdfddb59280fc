import { type KernelFiles, okValue } from '../kernel-files.ts';
import { parseLimit, parseSingleValue } from './formats.ts';

/** Tasks of the pids controller: processes and threads, zombies included, of the cgroup and all below it. */
export type CgroupTasks = { readonly count?: number | undefined; readonly limit?: number | undefined };

/** `pids.current`, the same on v1 and v2. */
export const readTaskCount = (files: KernelFiles, dir: string): number | undefined =>
  okValue(files.readKept('cgroup.pids.current', dir, 'pids.current', parseSingleValue));

/** `pids.max`, the same on v1 and v2; undefined where it cannot be read. */
export const readTaskLimit = (files: KernelFiles, dir: string): number | 'none' | undefined =>
  okValue(files.readKept('cgroup.pids.max', dir, 'pids.max', parseLimit));
