import { closeSync, openSync, readSync } from 'node:fs';
import { LIMITS, type OnLimit } from '../limits.ts';
import { createKeptDescriptors } from './kept-descriptors.ts';
import { type LastParsed, sameOrParsed } from './last-parsed.ts';

/**
 * What reading one kernel file came to. That a process or cgroup vanishes between list, open and read is normal, so it
 * is a result with a name, not an exception.
 */
export type ReadOutcome<T> =
  | { readonly status: 'ok'; readonly value: T }
  | { readonly status: 'gone' }
  | { readonly status: 'denied' }
  | { readonly status: 'malformed' }
  | { readonly status: 'failed'; readonly code: string };

export type ReadFailure = Exclude<ReadOutcome<unknown>['status'], 'ok'>;

/** Reads by source (`proc.stat`, `cgroup.memory.stat`, …) since the start of the agent. */
export type ReadCount = { total: number; readonly failures: Record<ReadFailure, number> };

export type Parse<T> = (bytes: Buffer) => T | undefined;

export type KernelFiles = {
  /**
   * Reads a whole kernel file and parses it. The bytes are a view of one reused buffer, valid only while `parse` runs.
   * `parse` answers undefined for content that is not what the kernel writes. `last`: what was parsed of this file last, if
   * anything; it becomes what was parsed now.
   */
  read<T>(source: string, path: string, parse: Parse<T>, last?: LastParsed): ReadOutcome<T>;
  /**
   * The same for a file that is read in every cycle and may stay open until the next; it has to be one that the kernel
   * writes in one go, however long it is. While it says the same, the value is the same object.
   */
  readKept<T>(source: string, directory: string, file: string, parse: Parse<T>): ReadOutcome<T>;
  /** Runs another look at the kernel (a directory, a link) under the same rules and counts. */
  attempt<T>(source: string, look: () => T): ReadOutcome<T>;
  counts(): ReadonlyMap<string, ReadCount>;
  /** Hears of each reading that a limit cut short. */
  readonly onLimit: OnLimit;
  /** To be called after each cycle: closes what is not read any more. */
  endCycle(): void;
  /** Closes what is open. */
  close(): void;
};

const FIRST_BUFFER_BYTES = 64 * 1024;
/** Files that are read for every container are shorter. */
const LARGEST_VIEW_BYTES = 2048;
/** Beyond this a file is not one that the kernel writes for us: 1 MiB of cgroup.procs is over 130,000 processes. */
const MAX_FILE_BYTES = LIMITS.kernelFile.max;

export type KernelFilesOptions = {
  readonly onLimit?: OnLimit;
  /** How many files may stay open between cycles. */
  readonly maxKept?: number;
};

export function createKernelFiles({ onLimit = () => undefined, maxKept = 0 }: KernelFilesOptions = {}): KernelFiles {
  const kept = createKeptDescriptors(maxKept);
  const counts = new Map<string, ReadCount>();
  /** How often each source was gone that was never there: a file that this kernel does not have is not missing. */
  const neverThere = new Map<string, number>();
  let buffer = Buffer.allocUnsafeSlow(FIRST_BUFFER_BYTES);
  const views = new Array<Buffer | undefined>(LARGEST_VIEW_BYTES).fill(undefined);

  function countOf(source: string): ReadCount {
    let count = counts.get(source);
    if (!count) {
      count = { total: 0, failures: { gone: 0, denied: 0, malformed: 0, failed: 0 } };
      counts.set(source, count);
    }
    return count;
  }

  // Synchronous on purpose: these files never wait for a disk, an asynchronous read costs three times as much, and what
  // belongs to one container is read in one go.
  function fill(path: string): number {
    const fd = openSync(path, 'r');
    try {
      let length = 0;
      for (;;) {
        const got = readSync(fd, buffer, length, buffer.length - length, null);
        length += got;
        if (got === 0) return length;
        if (length === buffer.length) enlarge();
      }
    } finally {
      closeSync(fd);
    }
  }

  /** In one read, or in one after the other from the beginning until the buffer is large enough for all. */
  function fillAtOnce(fd: number): number {
    for (;;) {
      const length = readSync(fd, buffer, 0, buffer.length, 0);
      if (length < buffer.length) return length;
      enlarge();
    }
  }

  /** What was read last. Views are made once for each length: in a cycle there are tens of thousands. */
  function filled(length: number): Buffer {
    if (length >= views.length) return buffer.subarray(0, length);
    const known = views[length];
    if (known) return known;
    const view = buffer.subarray(0, length);
    views[length] = view;
    return view;
  }

  function enlarge(): void {
    if (buffer.length >= MAX_FILE_BYTES) {
      onLimit('kernelFile');
      throw Object.assign(new Error(`a file is larger than ${MAX_FILE_BYTES} bytes`), { code: 'EFBIG' });
    }
    const larger = Buffer.allocUnsafeSlow(buffer.length * 2);
    buffer.copy(larger);
    buffer = larger;
    views.fill(undefined);
  }

  function note(source: string, { total, failures }: ReadCount, status: ReadOutcome<unknown>['status']): void {
    const unseen = total === 1 ? 0 : neverThere.get(source);
    if (status === 'gone' && unseen !== undefined) {
      neverThere.set(source, unseen + 1);
      return;
    }
    if (unseen !== undefined) {
      failures.gone += unseen;
      neverThere.delete(source);
    }
    if (status !== 'ok') failures[status] += 1;
  }

  function begin(source: string): ReadCount {
    const count = countOf(source);
    count.total += 1;
    return count;
  }

  function failed(source: string, count: ReadCount, error: unknown): ReadOutcome<never> {
    const outcome = failureOf(error);
    note(source, count, outcome.status);
    return outcome;
  }

  function came<T>(source: string, count: ReadCount, value: T | undefined): ReadOutcome<T> {
    const outcome: ReadOutcome<T> = value === undefined ? { status: 'malformed' } : { status: 'ok', value };
    note(source, count, outcome.status);
    return outcome;
  }

  function parseKept<T>(fd: number, last: LastParsed | undefined, parse: Parse<T>): T | undefined {
    return sameOrParsed(filled(fillAtOnce(fd)), parse, last);
  }

  // The three of them are written out: a function made for each reading would be most of what a cycle leaves to be collected.
  return {
    read(source, path, parse, last) {
      const count = begin(source);
      try {
        return came(source, count, sameOrParsed(filled(fill(path)), parse, last));
      } catch (error) {
        return failed(source, count, error);
      }
    },
    readKept<T>(source: string, directory: string, file: string, parse: Parse<T>) {
      const count = begin(source);
      try {
        return came<T>(source, count, kept.use<T | undefined, Parse<T>>(directory, file, parseKept, parse));
      } catch (error) {
        return failed(source, count, error);
      }
    },
    attempt(source, look) {
      const count = begin(source);
      try {
        return came(source, count, look());
      } catch (error) {
        return failed(source, count, error);
      }
    },
    counts: () => counts,
    onLimit,
    endCycle: kept.endCycle,
    close: kept.closeAll,
  };
}

function failureOf(error: unknown): ReadOutcome<never> {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    // ESRCH: the process ended after the open. ENODEV: the cgroup was removed after the open.
    case 'ENOENT':
    case 'ESRCH':
    case 'ENODEV':
    case 'ENOTDIR':
      return { status: 'gone' };
    case 'EACCES':
    case 'EPERM':
      return { status: 'denied' };
    case undefined:
      throw error;
    default:
      return { status: 'failed', code };
  }
}

/** The value, or undefined where the reading failed: absent is not zero. */
export function okValue<T>(outcome: ReadOutcome<T>): T | undefined {
  return outcome.status === 'ok' ? outcome.value : undefined;
}
