import type { KernelFiles, ReadOutcome } from '../kernel-files.ts';
import { parseFlatKeyed } from './formats.ts';

/** `memory.stat`, the cgroup and all below it, in bytes and faults. What the kernel does not write is absent. */
export type CgroupMemoryStat = {
  readonly anonBytes?: number;
  readonly fileBytes?: number;
  readonly inactiveFileBytes?: number;
  readonly swapBytes?: number;
  readonly faults?: number;
  readonly majorFaults?: number;
};

type Field = keyof CgroupMemoryStat;

/** v1 keys with `total_` include child cgroups; those of v2 always do. Swap stands in a file of its own on v2. */
const KEYS_V1: Readonly<Record<string, Field>> = {
  total_rss: 'anonBytes',
  total_cache: 'fileBytes',
  total_inactive_file: 'inactiveFileBytes',
  total_swap: 'swapBytes',
  total_pgfault: 'faults',
  total_pgmajfault: 'majorFaults',
};
const KEYS_V2: Readonly<Record<string, Field>> = {
  anon: 'anonBytes',
  file: 'fileBytes',
  inactive_file: 'inactiveFileBytes',
  pgfault: 'faults',
  pgmajfault: 'majorFaults',
};

function pick(
  values: ReadonlyMap<string, number>,
  keys: Readonly<Record<string, Field>>,
): CgroupMemoryStat | undefined {
  const stat: { -readonly [field in Field]?: number } = {};
  for (const [key, field] of Object.entries(keys)) {
    const value = values.get(key);
    if (value !== undefined) stat[field] = value;
  }
  return Object.keys(stat).length === 0 ? undefined : stat;
}

export const parseMemoryStatV1 = (bytes: Buffer): CgroupMemoryStat | undefined => pick(parseFlatKeyed(bytes), KEYS_V1);
export const parseMemoryStatV2 = (bytes: Buffer): CgroupMemoryStat | undefined => pick(parseFlatKeyed(bytes), KEYS_V2);

export const readMemoryStatV1 = (files: KernelFiles, dir: string): ReadOutcome<CgroupMemoryStat> =>
  files.read('cgroup.memory.stat', `${dir}/memory.stat`, parseMemoryStatV1, 'kept');
export const readMemoryStatV2 = (files: KernelFiles, dir: string): ReadOutcome<CgroupMemoryStat> =>
  files.read('cgroup.memory.stat', `${dir}/memory.stat`, parseMemoryStatV2, 'kept');
