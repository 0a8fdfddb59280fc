import type { ReadOutcome } from '../kernel-files.ts';
import type { ProcFs } from './proc-fs.ts';

const UUID = /^[0-9a-f-]{36}\n?$/;

/** /proc/sys/kernel/random/boot_id (random(4)): another one after each boot. */
export function parseBootId(bytes: Buffer): string | undefined {
  const text = bytes.toString('latin1');
  return UUID.test(text) ? text.trim() : undefined;
}

export function readBootId(proc: ProcFs): ReadOutcome<string> {
  return proc.files.read('proc.boot-id', `${proc.path}/sys/kernel/random/boot_id`, parseBootId);
}
