import { readFileSync } from 'node:fs';

export type MemoryUse = { readonly residentBytes: number; readonly peakBytes: number };

const BYTES_PER_KB = 1024;

/** Of all of them together. */
export function memoryOf(pids: readonly number[]): MemoryUse {
  const uses = pids.map((pid) => parseMemory(readFileSync(`/proc/${pid}/status`, 'utf8')));
  const sum = (of: (use: MemoryUse) => number): number => uses.reduce((all, use) => all + of(use), 0);
  return { residentBytes: sum((use) => use.residentBytes), peakBytes: sum((use) => use.peakBytes) };
}

export function parseMemory(status: string): MemoryUse {
  const bytes = (key: string): number => {
    const [, kilobytes] = new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(status) ?? [];
    if (kilobytes === undefined) throw new Error(`no ${key} in the status of a process`);
    return Number(kilobytes) * BYTES_PER_KB;
  };
  return { residentBytes: bytes('VmRSS'), peakBytes: bytes('VmHWM') };
}
