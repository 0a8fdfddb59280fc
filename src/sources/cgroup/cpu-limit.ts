import { skipBlanks, skipWord, unsignedAt } from '../ascii.ts';
import { type KernelFiles, okValue } from '../kernel-files.ts';
import { parseLimit, parseSingleValue } from './formats.ts';

/** v2: `cpu.max`, `QUOTA PERIOD` in microseconds or `max PERIOD` → CPUs. */
export function parseCpuMax(bytes: Buffer): number | 'none' | undefined {
  if (bytes.toString('latin1', 0, 3) === 'max') return 'none';
  const quota = unsignedAt(bytes, 0);
  const period = unsignedAt(bytes, skipBlanks(bytes, skipWord(bytes, 0)));
  return quota === undefined || !period ? undefined : quota / period;
}

/** CPUs that the cgroup may use; undefined where it cannot be read. */
export function readCpuMax(files: KernelFiles, dir: string): number | 'none' | undefined {
  return okValue(files.readKept('cgroup.cpu.max', dir, 'cpu.max', parseCpuMax));
}

/** v1: `cpu.cfs_quota_us` (−1 without a limit) over `cpu.cfs_period_us`. */
export function readCfsLimit(files: KernelFiles, dir: string): number | 'none' | undefined {
  const quota = okValue(files.readKept('cgroup.cpu.cfs_quota_us', dir, 'cpu.cfs_quota_us', parseLimit));
  if (quota === undefined || quota === 'none') return quota;
  const period = okValue(files.readKept('cgroup.cpu.cfs_period_us', dir, 'cpu.cfs_period_us', parseSingleValue));
  return period ? quota / period : undefined;
}
