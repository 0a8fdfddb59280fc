import { readdirSync, readFileSync } from 'node:fs';

export type MemoryUse = { readonly residentBytes: number; readonly peakBytes: number };

const NS_PER_SECOND = 1e9;
const BYTES_PER_KB = 1024;

/**
 * CPU seconds of a process and all its threads. The scheduler's own count in nanoseconds: that of /proc/PID/stat is in
 * ticks of 10 ms, which is more than a cycle of a small herd. Threads that ended are not in it; an agent keeps its own.
 */
export function cpuSecondsOf(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  const threads = readdirSync(tasks).map((tid) => onCpuNanoseconds(readFileSync(`${tasks}/${tid}/schedstat`, 'utf8')));
  return threads.reduce((sum, each) => sum + each, 0) / NS_PER_SECOND;
}

export function memoryOf(pid: number): MemoryUse {
  return parseMemory(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

/** `93819 2217670 2`: nanoseconds on a processor, nanoseconds of waiting for one, times that it was put on one. */
export function onCpuNanoseconds(schedstat: string): number {
  const [first = ''] = schedstat.split(' ');
  if (!/^\d+$/.test(first)) throw new Error(`not a schedstat: ${schedstat}`);
  return Number(first);
}

export function parseMemory(status: string): MemoryUse {
  const bytes = (key: string): number => {
    const [, kilobytes] = new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(status) ?? [];
    if (kilobytes === undefined) throw new Error(`no ${key} in the status of a process`);
    return Number(kilobytes) * BYTES_PER_KB;
  };
  return { residentBytes: bytes('VmRSS'), peakBytes: bytes('VmHWM') };
}
