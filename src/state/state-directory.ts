import {
  appendFileSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { DirectoryInUse, type DirectoryLock, lockDirectory } from '../directory-lock.ts';
import { LIMITS } from '../limits.ts';
import { makeDirectory } from '../make-directory.ts';

/** The files of the state in a directory that can be written. */
export type StateDirectory = {
  readonly path: string;
  /** Whether the agent that wrote there last was ended without a chance to write all it knew. */
  readonly isUnclean: boolean;
  /** The state's text; undefined where there is none. Throws where it cannot be read or is no file of ours by its size. */
  read(): string | undefined;
  /** Replaces the state: after a crash there is the old one or the new one, whole. Drops the notes. */
  write(text: string): Promise<void>;
  /** Gives the state's file another name, and answers it. */
  setAside(unixMs: number): string;
  /** Forgets the state, as what it says has become wrong. */
  drop(): void;
  /** What has changed since the state was written; kept when the process is killed. */
  notes(): readonly string[];
  note(lines: readonly string[]): void;
  /** Says that the state has everything. */
  leave(): void;
  /** Lets another agent have it. */
  release(): void;
};

/** Throws DirectoryInUse. */
export type LockState = (directory: string) => DirectoryLock;

const lockState: LockState = (directory) => lockDirectory({ directory, what: 'state' });

/** Far more than thousands of containers need. */
const MAX_BYTES = LIMITS.stateFile.max;
const PRIVATE = 0o600;

/**
 * Opens the first directory that can be written, making it where it is missing; or says why none can. Nothing of another
 * agent is touched: throws DirectoryInUse where one uses it.
 */
export function openStateDirectory(
  paths: readonly string[],
  lockOf: LockState = lockState,
): StateDirectory | readonly Error[] {
  const failures: Error[] = [];
  for (const path of paths) {
    let lock: DirectoryLock | undefined;
    try {
      makeDirectory(path);
      lock = lockOf(path);
      // The journal is there as long as an agent runs.
      const journal = join(path, 'state.journal');
      const isUnclean = statSync(journal, { throwIfNoEntry: false }) !== undefined;
      closeSync(openSync(journal, 'a', PRIVATE));
      return useDirectory(path, isUnclean, lock);
    } catch (error) {
      lock?.release();
      if (error instanceof DirectoryInUse) throw error;
      failures.push(error as Error);
    }
  }
  return failures;
}

function useDirectory(path: string, isUnclean: boolean, lock: DirectoryLock): StateDirectory {
  const file = join(path, 'state.json');
  const journal = join(path, 'state.journal');
  const temporary = `${file}.${process.pid}.tmp`;

  return {
    path,
    isUnclean,
    read: () => readWhole(file),
    async write(text) {
      const handle = await open(temporary, 'w', PRIVATE);
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, file);
      truncateSync(journal);
    },
    setAside(unixMs) {
      const aside = `${file}.set-aside-${new Date(unixMs).toISOString().replaceAll(/[:.]/g, '-')}`;
      renameSync(file, aside);
      return aside;
    },
    drop: () => rmSync(file, { force: true }),
    notes: () => (readWhole(journal) ?? '').split('\n').filter((line) => line !== ''),
    note: (lines) => appendFileSync(journal, lines.map((line) => `${line}\n`).join('')),
    leave: () => rmSync(journal, { force: true }),
    release: () => lock.release(),
  };
}

function readWhole(path: string): string | undefined {
  let descriptor: number;
  try {
    // Nothing that waits, as a FIFO does, and no link that somebody else put there.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw new Error('it is not a file');
    if (stat.size > MAX_BYTES) throw new Error(`it has ${stat.size} bytes, and a state has no more than ${MAX_BYTES}`);
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}
