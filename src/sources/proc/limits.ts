import { unsignedAt, valueOfLine } from '../ascii.ts';
import type { ReadOutcome } from '../kernel-files.ts';
import type { ProcFs } from './proc-fs.ts';

/** /proc/PID/limits (proc_pid_limits(5)). */
export type ProcLimits = {
  /** The soft limit, which is the one that counts; absent where there is none. */
  readonly openFiles?: number;
};

const OPEN_FILES = Buffer.from('Max open files ');
const UNLIMITED = 'unlimited';

export function parseLimits(bytes: Buffer): ProcLimits | undefined {
  const soft = valueOfLine(bytes, OPEN_FILES);
  if (soft < 0) return undefined;
  if (bytes.toString('latin1', soft, soft + UNLIMITED.length) === UNLIMITED) return {};
  const openFiles = unsignedAt(bytes, soft);
  return openFiles === undefined ? undefined : { openFiles };
}

export function readLimits(proc: ProcFs, pid: number): ReadOutcome<ProcLimits> {
  return proc.files.read('proc.limits', `${proc.path}/${pid}/limits`, parseLimits);
}
