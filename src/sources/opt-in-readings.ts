import type { ReadingFamilies } from './cgroup/reading.ts';
import { okValue } from './kernel-files.ts';
import { type ContextSwitches, readContextSwitches } from './proc/context-switches.ts';
import { readExecutable } from './proc/executable.ts';
import { readFileDescriptorCount } from './proc/file-descriptors.ts';
import { type ProcIo, readIo } from './proc/io.ts';
import { readLimits } from './proc/limits.ts';
import type { ProcFs } from './proc/proc-fs.ts';
import { type ProcStat, readStat } from './proc/stat.ts';
import type { ProcStatus } from './proc/status.ts';
import type { PssReader } from './pss.ts';

/*
 * What is read of a process only where a metric that needs it is on. Each is absent where it is not wanted or could not
 * be read.
 */

export type FileDescriptors = {
  readonly count: number;
  /** Absent where there is no limit, or it may not be looked at. */
  readonly softLimit?: number;
};

export type OptInReadings = {
  /** Context switches of all its living threads since they started. */
  readonly contextSwitches?: ContextSwitches | undefined;
  readonly fileDescriptors?: FileDescriptors | undefined;
  readonly pssBytes?: number | undefined;
  /** Base name of its executable. */
  readonly executable?: string | undefined;
};

/** Whose io it is: the pid may become another's before its stat is read. */
export type InheritedIo = { readonly io: ProcIo | undefined; readonly startTimeTicks: number };

/** To be read before the stat, which tells whether the process inherited. */
export function readInheritedIo(proc: ProcFs, pid: number, families: ReadingFamilies): InheritedIo | undefined {
  const stat = families.has('processDisk') ? okValue(readStat(proc, pid)) : undefined;
  return stat && { io: okValue(readIo(proc, pid)), startTimeTicks: stat.startTimeTicks };
}

export type OptInOptions = { readonly families: ReadingFamilies; readonly pssReader?: PssReader | undefined };

export function readOptIns(
  proc: ProcFs,
  stat: ProcStat,
  status: ProcStatus | undefined,
  { families, pssReader }: OptInOptions,
): OptInReadings {
  const { pid, threadCount } = stat;
  const contextSwitches = families.has('contextSwitches') ? readContextSwitches(proc, pid, threadCount) : undefined;
  const fileDescriptors = families.has('fileDescriptors') ? readFileDescriptors(proc, pid) : undefined;
  const pssBytes = families.has('pss') ? pssReader && readMemory(pssReader, stat, status) : undefined;
  const executable = families.has('executables') ? readExecutable(proc, pid) : undefined;
  return { contextSwitches, fileDescriptors, pssBytes, executable };
}

function readFileDescriptors(proc: ProcFs, pid: number): FileDescriptors | undefined {
  const outcome = readFileDescriptorCount(proc, pid);
  // It ended after its stat was read: it has none open.
  if (outcome.status === 'gone') return { count: 0 };
  if (outcome.status !== 'ok') return undefined;
  const softLimit = okValue(readLimits(proc, pid))?.openFiles;
  return { count: outcome.value, ...(softLimit !== undefined && { softLimit }) };
}

function readMemory(reader: PssReader, stat: ProcStat, status: ProcStatus | undefined): number | undefined {
  // Kernel threads and zombies have no memory of their own.
  if (status?.virtualBytes === undefined) return undefined;
  const { residentAnonBytes = 0, residentFileBytes = 0, residentShmemBytes = 0 } = status;
  return reader.read(stat, residentAnonBytes + residentFileBytes + residentShmemBytes);
}
