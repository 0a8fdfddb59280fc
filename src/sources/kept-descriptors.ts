import { closeSync, openSync } from 'node:fs';
import { type LastParsed, nothingParsed } from './last-parsed.ts';

/**
 * Files that stay open between cycles: to read one again costs a third of opening, reading and closing it. A descriptor
 * stands for the process or cgroup that it was opened for, never for another one that took its number or name: once that
 * is gone the kernel answers ESRCH or ENODEV.
 */
export type KeptDescriptors = {
  /**
   * Runs `read` with the descriptor of a file of a directory, which is opened where it is not open or does not answer any
   * more, and, where it stays open, with what was parsed of it last. `how` is handed on, so that `read` can be the same for
   * all files.
   */
  use<T, How>(directory: string, file: string, read: Read<T, How>, how: How): T;
  /** Closes what was not used in this cycle or the one before. */
  endCycle(): void;
  closeAll(): void;
};

type Read<T, How> = (fd: number, last: LastParsed | undefined, how: How) => T;
type Kept = { readonly fd: number; readonly last: LastParsed; usedIn: number };

/** By name. Apart from its directory, so that no path is put together to find what is open. */
type KeptOfDirectory = Map<string, Kept>;

/** `max`: how many may be open; further files are opened and closed for each reading. */
export function createKeptDescriptors(max: number): KeptDescriptors {
  const kept = new Map<string, KeptOfDirectory>();
  let count = 0;
  let cycle = 0;

  function close(directory: string, file: string): void {
    const files = kept.get(directory)!;
    const { fd } = files.get(file)!;
    files.delete(file);
    if (files.size === 0) kept.delete(directory);
    count -= 1;
    closeSync(fd);
  }

  /** Goes over everything that is open, in every cycle: it makes nothing for each, as `for of` would an entry. */
  const sweep = { least: 0, directory: '' };
  const closeUnused = ({ usedIn }: Kept, file: string): void => {
    if (usedIn < sweep.least) close(sweep.directory, file);
  };
  const sweepDirectory = (files: KeptOfDirectory, directory: string): void => {
    sweep.directory = directory;
    files.forEach(closeUnused);
  };

  function closeUnusedSince(least: number): void {
    sweep.least = least;
    kept.forEach(sweepDirectory);
  }

  const closeAll = (): void => closeUnusedSince(Number.POSITIVE_INFINITY);

  function open(path: string): number {
    try {
      return openSync(path, 'r');
    } catch (error) {
      // Whatever else of this process needs descriptors: those kept here are the ones it can do without.
      if ((error as NodeJS.ErrnoException).code !== 'EMFILE' || count === 0) throw error;
      closeAll();
      return openSync(path, 'r');
    }
  }

  function keep(directory: string, file: string, { fd, last }: Pick<Kept, 'fd' | 'last'>): void {
    let files = kept.get(directory);
    if (!files) {
      files = new Map();
      kept.set(directory, files);
    }
    files.set(file, { fd, last, usedIn: cycle });
    count += 1;
  }

  function useAnew<T, How>(directory: string, file: string, read: Read<T, How>, how: How): T {
    const fd = open(`${directory}/${file}`);
    const last = count < max ? nothingParsed() : undefined;
    let isKept = false;
    try {
      const value = read(fd, last, how);
      isKept = last !== undefined;
      if (last) keep(directory, file, { fd, last });
      return value;
    } finally {
      if (!isKept) closeSync(fd);
    }
  }

  return {
    use(directory, file, read, how) {
      const known = kept.get(directory)?.get(file);
      if (known) {
        known.usedIn = cycle;
        try {
          return read(known.fd, known.last, how);
        } catch {
          // What it was opened for is gone. Another one may be there under the same name by now.
          close(directory, file);
        }
      }
      return useAnew(directory, file, read, how);
    },
    endCycle() {
      closeUnusedSince(cycle);
      cycle += 1;
    },
    closeAll,
  };
}
