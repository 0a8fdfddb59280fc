import { NEWLINE, unsignedAt } from '../ascii.ts';
import type { ReadOutcome } from '../kernel-files.ts';
import type { ProcFs } from './proc-fs.ts';

const KEY = Buffer.from('btime ');

/** The line `btime` of /proc/stat: Unix time of the boot, in seconds. */
export function parseBootTime(bytes: Buffer): number | undefined {
  for (let at = bytes.indexOf(KEY); at >= 0; at = bytes.indexOf(KEY, at + 1)) {
    if (at === 0 || bytes[at - 1] === NEWLINE) return unsignedAt(bytes, at + KEY.length);
  }
  return undefined;
}

export function readBootTime(proc: ProcFs): ReadOutcome<number> {
  return proc.files.read('proc.boot-time', `${proc.path}/stat`, parseBootTime);
}
