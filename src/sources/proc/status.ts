import { unsignedAt, valueOfLine } from '../ascii.ts';
import type { ReadOutcome } from '../kernel-files.ts';
import type { ProcFs } from './proc-fs.ts';

/**
 * The memory lines of /proc/PID/status, in bytes. All are absent for kernel threads and zombies, which have no memory
 * of their own; the Rss lines also on kernels before 4.5.
 */
export type ProcStatus = {
  readonly virtualBytes?: number | undefined;
  readonly residentAnonBytes?: number | undefined;
  readonly residentFileBytes?: number | undefined;
  readonly residentShmemBytes?: number | undefined;
  readonly swapBytes?: number | undefined;
};

const BYTES_PER_KB = 1024;
const VM_SIZE = Buffer.from('VmSize:');
const RSS_ANON = Buffer.from('RssAnon:');
const RSS_FILE = Buffer.from('RssFile:');
const RSS_SHMEM = Buffer.from('RssShmem:');
const VM_SWAP = Buffer.from('VmSwap:');

// By key, never by line number: kernels add and move lines.
export function parseStatus(bytes: Buffer): ProcStatus | undefined {
  const virtualBytes = bytesOfLine(bytes, VM_SIZE);
  const residentAnonBytes = bytesOfLine(bytes, RSS_ANON);
  const residentFileBytes = bytesOfLine(bytes, RSS_FILE);
  const residentShmemBytes = bytesOfLine(bytes, RSS_SHMEM);
  const swapBytes = bytesOfLine(bytes, VM_SWAP);
  const sum =
    (virtualBytes ?? 0) +
    (residentAnonBytes ?? 0) +
    (residentFileBytes ?? 0) +
    (residentShmemBytes ?? 0) +
    (swapBytes ?? 0);
  if (Number.isNaN(sum)) return undefined;
  return { virtualBytes, residentAnonBytes, residentFileBytes, residentShmemBytes, swapBytes };
}

/** Undefined where there is no such line, not a number where it says none. */
function bytesOfLine(bytes: Buffer, key: Buffer): number | undefined {
  const at = valueOfLine(bytes, key);
  return at < 0 ? undefined : (unsignedAt(bytes, at) ?? Number.NaN) * BYTES_PER_KB;
}

export function readStatus(proc: ProcFs, pid: number): ReadOutcome<ProcStatus> {
  return proc.files.readKept('proc.status', `${proc.path}/${pid}`, 'status', parseStatus);
}
