import { readlinkSync } from 'node:fs';
import { okValue, type ReadOutcome } from '../kernel-files.ts';
import type { ProcFs } from './proc-fs.ts';

export type NamespaceKind = 'net' | 'pid';

/** The kernel gives the first PID namespace this inode for ever (PROC_PID_INIT_INO in include/linux/proc_ns.h). */
const FIRST_PID_NAMESPACE = 0xefff_fffc;

/** `net:[4026531840]` → 4026531840. */
export function parseNamespaceLink(link: string): number | undefined {
  const match = /^[a-z_]+:\[(\d{1,15})\]$/.exec(link);
  return match ? Number(match[1]) : undefined;
}

/** Inode of a namespace of a process, from /proc/PID/ns. Another user's process needs ptrace rights, else `denied`. */
export function readNamespace(proc: ProcFs, pid: number | 'self', kind: NamespaceKind): ReadOutcome<number> {
  const outcome = proc.files.attempt(`proc.ns.${kind}`, () => readlinkSync(`${proc.path}/${pid}/ns/${kind}`));
  if (outcome.status !== 'ok') return outcome;
  const inode = parseNamespaceLink(outcome.value);
  return inode === undefined ? { status: 'malformed' } : { status: 'ok', value: inode };
}

/**
 * Whether the process is in the network namespace that is expected of it. To be asked after it was read through: its pid
 * may have become another's meanwhile, with another network. True where nothing is expected.
 */
export function isStillIn(proc: ProcFs, pid: number, netNamespace: number | undefined): boolean {
  return netNamespace === undefined || okValue(readNamespace(proc, pid, 'net')) === netNamespace;
}

/**
 * The host's process 1, and kthreadd, which is always process 2 there: the latter can be looked at even where the
 * former holds capabilities that we lack.
 */
const PROCESSES_OF_THE_HOST = [1, 2];

/**
 * Inode of the host's network namespace: that of process 1, where process 1 is the host's. Inside another PID namespace
 * process 1 is somebody else's, and the host's namespace cannot be known: undefined.
 */
export function readHostNetNamespace(proc: ProcFs): number | undefined {
  for (const pid of PROCESSES_OF_THE_HOST) {
    if (okValue(readNamespace(proc, pid, 'pid')) !== FIRST_PID_NAMESPACE) continue;
    const inode = okValue(readNamespace(proc, pid, 'net'));
    if (inode !== undefined) return inode;
  }
  return undefined;
}
