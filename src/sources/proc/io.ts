import { numberOfLine } from '../ascii.ts';
import type { ReadOutcome } from '../kernel-files.ts';
import type { ProcFs } from './proc-fs.ts';

/**
 * /proc/PID/io (proc_pid_io(5)): bytes that the process caused to be fetched from and sent to storage. Written is what
 * was made dirty in the page cache, so it may never reach the disk. Children that were waited for are included.
 */
export type ProcIo = { readonly readBytes: number; readonly writeBytes: number };

const READ = Buffer.from('read_bytes:');
const WRITTEN = Buffer.from('write_bytes:');

export function parseIo(bytes: Buffer): ProcIo | undefined {
  const readBytes = numberOfLine(bytes, READ);
  const writeBytes = numberOfLine(bytes, WRITTEN);
  return readBytes === undefined || writeBytes === undefined ? undefined : { readBytes, writeBytes };
}

/** Needs ptrace rights: without them `denied`, which is normal. */
export function readIo(proc: ProcFs, pid: number): ReadOutcome<ProcIo> {
  return proc.files.read('proc.io', `${proc.path}/${pid}/io`, parseIo);
}
