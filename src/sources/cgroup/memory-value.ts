import { type KernelFiles, okValue } from '../kernel-files.ts';
import { parseLimit, parseSingleValue } from './formats.ts';

/** A memory file that holds one number of bytes: memory.current, memory.usage_in_bytes, memory.swap.current. */
export function readMemoryBytes(files: KernelFiles, dir: string, file: string): number | undefined {
  return okValue(files.read(`cgroup.${file}`, `${dir}/${file}`, parseSingleValue, 'kept'));
}

/** memory.max or memory.limit_in_bytes, in bytes; undefined without a limit or where it cannot be read. */
export function readMemoryLimit(files: KernelFiles, dir: string, file: string): number | undefined {
  const limit = okValue(files.read(`cgroup.${file}`, `${dir}/${file}`, parseLimit, 'kept'));
  return limit === 'none' ? undefined : limit;
}
