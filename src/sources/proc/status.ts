import { nextLine, skipBlanks, unsignedAt } from '../ascii.ts';
import type { ReadOutcome } from '../kernel-files.ts';
import type { ProcFs } from './proc-fs.ts';

/**
 * The memory lines of /proc/PID/status, in bytes. All are absent for kernel threads and zombies, which have no memory
 * of their own; the Rss lines also on kernels before 4.5.
 */
export type ProcStatus = {
  readonly virtualBytes?: number;
  readonly residentAnonBytes?: number;
  readonly residentFileBytes?: number;
  readonly residentShmemBytes?: number;
  readonly swapBytes?: number;
};

type StatusKey = keyof ProcStatus;

// By key, never by line number: kernels add and move lines.
const KEYS: readonly (readonly [Buffer, StatusKey])[] = [
  [Buffer.from('VmSize:'), 'virtualBytes'],
  [Buffer.from('RssAnon:'), 'residentAnonBytes'],
  [Buffer.from('RssFile:'), 'residentFileBytes'],
  [Buffer.from('RssShmem:'), 'residentShmemBytes'],
  [Buffer.from('VmSwap:'), 'swapBytes'],
];
const BYTES_PER_KB = 1024;
const V = 0x56;
const R = 0x52;

export function parseStatus(bytes: Buffer): ProcStatus | undefined {
  const status: { -readonly [key in StatusKey]: number } = {} as never;
  for (let at = 0; at < bytes.length; at = nextLine(bytes, at)) {
    if (bytes[at] !== V && bytes[at] !== R) continue;
    for (const [key, field] of KEYS) {
      if (bytes.compare(key, 0, key.length, at, Math.min(at + key.length, bytes.length)) !== 0) continue;
      const value = unsignedAt(bytes, skipBlanks(bytes, at + key.length));
      if (value === undefined) return undefined;
      status[field] = value * BYTES_PER_KB;
    }
  }
  return status;
}

export function readStatus(proc: ProcFs, pid: number): ReadOutcome<ProcStatus> {
  return proc.files.readKept('proc.status', `${proc.path}/${pid}`, 'status', parseStatus);
}
