import { numberOfLine } from '../ascii.ts';
import type { ReadOutcome } from '../kernel-files.ts';
import type { ProcFs } from './proc-fs.ts';

const PSS = Buffer.from('Pss:');
const BYTES_PER_KB = 1024;

/** The line `Pss` of /proc/PID/smaps_rollup, in bytes: resident memory, each page shared out among those that map it. */
export function parsePss(bytes: Buffer): number | undefined {
  const kilobytes = numberOfLine(bytes, PSS);
  return kilobytes === undefined ? undefined : kilobytes * BYTES_PER_KB;
}

/**
 * Dear, and not for the reader alone: the kernel walks the page tables of the process (20 ms for 1 GiB, measured) and
 * meanwhile it can map no memory. Needs ptrace rights, else `denied`. Not there before Linux 4.14.
 */
export function readPss(proc: ProcFs, pid: number): ReadOutcome<number> {
  return proc.files.read('proc.smaps_rollup', `${proc.path}/${pid}/smaps_rollup`, parsePss);
}
