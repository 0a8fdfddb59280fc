import { closeSync, openSync, readSync } from 'node:fs';

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

export type KernelFiles = {
  /**
   * Reads a whole kernel file and parses it. The bytes are a view of one reused buffer, valid only while `parse` runs.
   * `parse` answers undefined for content that is not what the kernel writes.
   */
  read<T>(source: string, path: string, parse: (bytes: Buffer) => T | undefined): ReadOutcome<T>;
  /** Runs another look at the kernel (a directory, a link) under the same rules and counts. */
  attempt<T>(source: string, look: () => T): ReadOutcome<T>;
  counts(): ReadonlyMap<string, ReadCount>;
};

const FIRST_BUFFER_BYTES = 64 * 1024;
/** Beyond this a file is not one that the kernel writes for us: 1 MiB of cgroup.procs is over 130,000 processes. */
const MAX_FILE_BYTES = 1024 * 1024;

export function createKernelFiles(): KernelFiles {
  const counts = new Map<string, ReadCount>();
  let buffer = Buffer.allocUnsafeSlow(FIRST_BUFFER_BYTES);

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
        if (length < buffer.length) continue;
        if (buffer.length >= MAX_FILE_BYTES)
          throw Object.assign(new Error(`${path} is larger than ${MAX_FILE_BYTES} bytes`), { code: 'EFBIG' });
        const larger = Buffer.allocUnsafeSlow(buffer.length * 2);
        buffer.copy(larger);
        buffer = larger;
      }
    } finally {
      closeSync(fd);
    }
  }

  function attempt<T>(source: string, look: () => T | undefined): ReadOutcome<T> {
    const count = countOf(source);
    count.total += 1;
    const outcome = outcomeOf(look);
    if (outcome.status !== 'ok') count.failures[outcome.status] += 1;
    return outcome;
  }

  return {
    read: (source, path, parse) =>
      attempt(source, () => {
        // Before the buffer is looked at: a large file makes another one.
        const length = fill(path);
        return parse(buffer.subarray(0, length));
      }),
    attempt,
    counts: () => counts,
  };
}

function outcomeOf<T>(look: () => T | undefined): ReadOutcome<T> {
  try {
    const value = look();
    return value === undefined ? { status: 'malformed' } : { status: 'ok', value };
  } catch (error) {
    return failureOf(error);
  }
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
