import { type KernelFiles, okValue } from '../kernel-files.ts';
import { parseLimit, parseSingleValue } from './formats.ts';

/** Memory files that hold one number of bytes, and what their readings are counted as. */
const SOURCES = {
  'memory.current': 'cgroup.memory.current',
  'memory.max': 'cgroup.memory.max',
  'memory.peak': 'cgroup.memory.peak',
  'memory.swap.current': 'cgroup.memory.swap.current',
  'memory.usage_in_bytes': 'cgroup.memory.usage_in_bytes',
  'memory.limit_in_bytes': 'cgroup.memory.limit_in_bytes',
  'memory.memsw.limit_in_bytes': 'cgroup.memory.memsw.limit_in_bytes',
  'memory.max_usage_in_bytes': 'cgroup.memory.max_usage_in_bytes',
} as const;

type MemoryFile = keyof typeof SOURCES;

export function readMemoryBytes(files: KernelFiles, dir: string, file: MemoryFile): number | undefined {
  return okValue(files.readKept(SOURCES[file], dir, file, parseSingleValue));
}

/** In bytes; undefined where it cannot be read. */
export function readMemoryLimit(files: KernelFiles, dir: string, file: MemoryFile): number | 'none' | undefined {
  return okValue(files.readKept(SOURCES[file], dir, file, parseLimit));
}
