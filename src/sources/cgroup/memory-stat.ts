import type { KernelFiles, ReadOutcome } from '../kernel-files.ts';
import { keyedParser } from './formats.ts';

/** `memory.stat`, the cgroup and all below it, in bytes and faults. What the kernel does not write is absent. */
export type CgroupMemoryStat = {
  readonly anonBytes?: number;
  readonly fileBytes?: number;
  readonly inactiveFileBytes?: number;
  readonly swapBytes?: number;
  readonly faults?: number;
  readonly majorFaults?: number;
};

/** v1 keys with `total_` include child cgroups; those of v2 always do. Swap stands in a file of its own on v2. */
const parseV1 = keyedParser({
  total_rss: 'anonBytes',
  total_cache: 'fileBytes',
  total_inactive_file: 'inactiveFileBytes',
  total_swap: 'swapBytes',
  total_pgfault: 'faults',
  total_pgmajfault: 'majorFaults',
});
const parseV2 = keyedParser({
  anon: 'anonBytes',
  file: 'fileBytes',
  inactive_file: 'inactiveFileBytes',
  pgfault: 'faults',
  pgmajfault: 'majorFaults',
});

const orNothing = (stat: CgroupMemoryStat): CgroupMemoryStat | undefined => {
  for (const _ in stat) return stat;
  return undefined;
};

export const parseMemoryStatV1 = (bytes: Buffer): CgroupMemoryStat | undefined => orNothing(parseV1(bytes));
export const parseMemoryStatV2 = (bytes: Buffer): CgroupMemoryStat | undefined => orNothing(parseV2(bytes));

/** Whether all is there that the kernel writes of both versions: a file that was cut short lacks some. */
export function isWholeStat({
  anonBytes,
  fileBytes,
  inactiveFileBytes,
  faults,
  majorFaults,
}: CgroupMemoryStat): boolean {
  const all = [anonBytes, fileBytes, inactiveFileBytes, faults, majorFaults];
  return !all.includes(undefined);
}

export const readMemoryStatV1 = (files: KernelFiles, dir: string): ReadOutcome<CgroupMemoryStat> =>
  files.readKept('cgroup.memory.stat', dir, 'memory.stat', parseMemoryStatV1);
export const readMemoryStatV2 = (files: KernelFiles, dir: string): ReadOutcome<CgroupMemoryStat> =>
  files.readKept('cgroup.memory.stat', dir, 'memory.stat', parseMemoryStatV2);
