import { readdirSync, readFileSync } from 'node:fs';

/** What a process holds of the machine at this moment. */
export function processHolds(pid: number): { readonly residentBytes: number; readonly fileDescriptors: number } {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return { residentBytes: Number(kilobytes) * 1024, fileDescriptors: readdirSync(`/proc/${pid}/fd`).length };
}
