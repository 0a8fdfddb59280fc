import { LIMITS } from '../limits.ts';
import { okValue } from './kernel-files.ts';
import { readChildren } from './proc/children.ts';
import type { ProcFs } from './proc/proc-fs.ts';
import { type ProcStat, readStat } from './proc/stat.ts';

export type Zombies = {
  readonly zombies: readonly ProcStat[];
  /** Whether all processes were looked at. */
  readonly areAll: boolean;
};

/** Threads whose children are looked at in one reading. */
const MAX_THREADS = LIMITS.zombieParents.max;

/**
 * Processes that ended and were not waited for yet. The kernel takes them out of cgroup.procs, but not out of the number
 * of tasks of the pids controller: only where that is larger than the threads that were seen, or is not known, are the
 * children of the living looked at. Without them a zombie's CPU time would seem gone, and come back with its parent.
 */
export function findZombies(proc: ProcFs, living: readonly ProcStat[], taskCount: number | undefined): Zombies {
  const threads = living.reduce((sum, { threadCount }) => sum + threadCount, 0);
  if (taskCount !== undefined && taskCount <= threads) return { zombies: [], areAll: true };
  const known = new Set(living.map(({ pid }) => pid));
  const zombies: ProcStat[] = [];
  let looked = 0;
  for (const { pid, threadCount } of living) {
    looked += threadCount;
    if (looked > MAX_THREADS) return { zombies, areAll: false };
    for (const child of readChildren(proc, pid)) {
      const stat = known.has(child) ? undefined : okValue(readStat(proc, child));
      // A living child that is not listed was moved to another cgroup.
      if (stat?.state === 'Z') zombies.push(stat);
    }
  }
  return { zombies, areAll: true };
}
