import { performance } from 'node:perf_hooks';
import type { KernelFiles, ReadOutcome } from '../../src/sources/kernel-files.ts';
import { median } from '../statistics.ts';

const US_PER_MS = 1_000;

/** Kernel files whose paths are kept where they could be read. */
export function recordingFiles(files: KernelFiles): { readonly files: KernelFiles; take(): string[] } {
  let paths = new Set<string>();
  const noted = <T>(path: string, outcome: ReadOutcome<T>): ReadOutcome<T> => {
    if (outcome.status === 'ok') paths.add(path);
    return outcome;
  };
  return {
    files: {
      ...files,
      read: (source, path, parse) => noted(path, files.read(source, path, parse)),
      readKept: (source, directory, file, parse) =>
        noted(`${directory}/${file}`, files.readKept(source, directory, file, parse)),
    },
    take() {
      const taken = [...paths];
      paths = new Set();
      return taken;
    },
  };
}

export type FileKind = { readonly reads: number; readonly medianUs: number };

/** Kernel files whose reads, the parsing included, are timed by kind. */
export function timedFiles(files: KernelFiles): { readonly files: KernelFiles; take(): Record<string, FileKind> } {
  let kinds: Record<string, number[]> = {};
  const timed = <T>(kind: string, look: () => T): T => {
    const startedAt = performance.now();
    const outcome = look();
    const microseconds = (performance.now() - startedAt) * US_PER_MS;
    kinds[kind] ??= [];
    kinds[kind].push(microseconds);
    return outcome;
  };
  return {
    files: {
      ...files,
      read: (source, path, parse) => timed(source, () => files.read(source, path, parse)),
      readKept: (source, directory, file, parse) => timed(source, () => files.readKept(source, directory, file, parse)),
      attempt: (source, look) => timed(source, () => files.attempt(source, look)),
    },
    take() {
      const taken = Object.entries(kinds);
      kinds = {};
      // Of a median, since whatever else runs on the machine is in the times of some.
      return Object.fromEntries(taken.map(([kind, us]) => [kind, { reads: us.length, medianUs: median(us) }]));
    },
  };
}
