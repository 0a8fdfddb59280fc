import { readdirSync } from 'node:fs';
import type { KernelFiles, ReadOutcome } from '../kernel-files.ts';

/** A mounted procfs. Nothing outside this folder names /proc: the mount point is a value. */
export type ProcFs = {
  readonly path: string;
  /** Where the kernel writes the v2 paths of /proc/PID/cgroup from; '' is the top of the hierarchy. */
  readonly cgroupRoot: string;
  readonly files: KernelFiles;
};

export type ProcFsOptions = {
  /** The host's root as it is seen from here. */
  readonly root: string;
  /** Where procfs is mounted; empty: below the root. */
  readonly path: string;
  /** Of the cgroup namespace that we run in; left out, that is the host's. */
  readonly cgroupRoot?: string;
  readonly files: KernelFiles;
};

export function createProcFs({ cgroupRoot = '', files, ...where }: ProcFsOptions): ProcFs {
  return { path: procPathOf(where), cgroupRoot, files };
}

export function procPathOf({ root, path }: Pick<ProcFsOptions, 'root' | 'path'>): string {
  return path || `${root.replace(/\/+$/, '')}/proc`;
}

/** Ids of all processes that can be seen; threads are not listed there. */
export function readPids(proc: ProcFs): ReadOutcome<number[]> {
  return proc.files.attempt('proc', () =>
    readdirSync(proc.path)
      .filter((name) => name >= '0' && name < ':')
      .map(Number)
      .filter(Number.isSafeInteger),
  );
}
