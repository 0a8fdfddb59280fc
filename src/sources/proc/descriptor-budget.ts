import { readFileSync, statfsSync } from 'node:fs';
import { LIMITS } from '../../limits.ts';
import { parseLimits } from './limits.ts';

/** `statfs(2)`: f_type of a procfs. */
const PROC_SUPER_MAGIC = 0x9fa0;

/**
 * How many kernel files may stay open between cycles: half of what this process may open. None where no procfs is mounted
 * at that path: only of a kernel's file does a descriptor tell that what it stands for is gone.
 */
export function descriptorBudget(procPath: string): number {
  try {
    if (statfsSync(procPath).type !== PROC_SUPER_MAGIC) return 0;
    const { openFiles = Number.POSITIVE_INFINITY } = parseLimits(readFileSync(`${procPath}/self/limits`)) ?? {};
    return Math.min(Math.floor(openFiles / 2), LIMITS.keptDescriptors.max);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return 0;
  }
}
