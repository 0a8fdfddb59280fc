import { closeSync, openSync } from 'node:fs';

/**
 * Files that stay open between cycles: to read one again costs a third of opening, reading and closing it. A descriptor
 * stands for the process or cgroup that it was opened for, never for another one that took its number or name: once that
 * is gone the kernel answers ESRCH or ENODEV.
 */
export type KeptDescriptors = {
  /** Runs `read` with the file's descriptor, which is opened where it is not open or does not answer any more. */
  use<T>(path: string, read: (fd: number) => T): T;
  /** Closes what was not used in this cycle or the one before. */
  endCycle(): void;
  closeAll(): void;
};

type Kept = { readonly fd: number; usedIn: number };

/** `max`: how many may be open; further files are opened and closed for each reading. */
export function createKeptDescriptors(max: number): KeptDescriptors {
  const kept = new Map<string, Kept>();
  let cycle = 0;

  function close(path: string, { fd }: Kept): void {
    kept.delete(path);
    closeSync(fd);
  }

  function closeAll(): void {
    for (const [path, each] of kept) close(path, each);
  }

  function open(path: string): number {
    try {
      return openSync(path, 'r');
    } catch (error) {
      // Whatever else of this process needs descriptors: those kept here are the ones it can do without.
      if ((error as NodeJS.ErrnoException).code !== 'EMFILE' || kept.size === 0) throw error;
      closeAll();
      return openSync(path, 'r');
    }
  }

  function useAnew<T>(path: string, read: (fd: number) => T): T {
    const fd = open(path);
    let isKept = false;
    try {
      const value = read(fd);
      isKept = kept.size < max;
      if (isKept) kept.set(path, { fd, usedIn: cycle });
      return value;
    } finally {
      if (!isKept) closeSync(fd);
    }
  }

  return {
    use(path, read) {
      const known = kept.get(path);
      if (known) {
        known.usedIn = cycle;
        try {
          return read(known.fd);
        } catch {
          // What it was opened for is gone. Another one may be there under the same name by now.
          close(path, known);
        }
      }
      return useAnew(path, read);
    },
    endCycle() {
      for (const [path, each] of kept) if (each.usedIn < cycle) close(path, each);
      cycle += 1;
    },
    closeAll,
  };
}
