import { readdirSync, statfsSync, statSync } from 'node:fs';
import type { ReadOutcome } from '../kernel-files.ts';
import type { ProcFs } from './proc-fs.ts';

/** PROC_SUPER_MAGIC in include/uapi/linux/magic.h. */
const PROCFS = 0x9fa0;

/**
 * How many file descriptors a process has. Since Linux 6.2 that is the size of /proc/PID/fd, which anyone may ask, and it
 * counts as the limit does: with those that are reserved for what a thread waits for in accept or open. Before, the size
 * is 0 and the entries are counted, for which other users need more rights, else `denied`.
 */
export function readFileDescriptorCount(proc: ProcFs, pid: number): ReadOutcome<number> {
  const directory = `${proc.path}/${pid}/fd`;
  return proc.files.attempt('proc.fd', () => {
    const { size } = statSync(directory);
    // Only procfs says it by its size: a captured tree is on another file system.
    return size > 0 && statfsSync(directory).type === PROCFS ? size : readdirSync(directory).length;
  });
}
