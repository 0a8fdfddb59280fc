import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSqlite, SQLITE_BUSY, sqliteCode } from './sqlite.ts';

/** Another agent uses the directory. */
export class DirectoryInUse extends Error {
  override readonly name = 'DirectoryInUse';
}

export type DirectoryLock = { release(): void };

export type Locked = {
  readonly directory: string;
  /** What is kept there, which also names the lock's files. */
  readonly what: 'state' | 'outbox';
};

/** How long to wait for an agent that is just ending. */
export const LOCK_TIMEOUT_MS = 500;

/**
 * Takes a lock that the kernel takes back when the process ends, in whatever way. Node locks no files, so it is SQLite's
 * on a file that stays empty. Throws DirectoryInUse where another process has it, and what SQLite throws.
 */
export function lockDirectory(locked: Locked): DirectoryLock {
  const { DatabaseSync } = loadSqlite();
  const database = new DatabaseSync(join(locked.directory, `${locked.what}.lock`), { timeout: LOCK_TIMEOUT_MS });
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    writePid(locked);
  } catch (error) {
    database.close();
    throw sqliteCode(error) === SQLITE_BUSY ? inUse(locked, error) : error;
  }
  return { release: () => database.close() };
}

/** Only the message to a second agent depends on it. */
export function writePid(locked: Locked): void {
  writeFileSync(pidPath(locked), `${process.pid}\n`);
}

export function inUse(locked: Locked, cause: unknown): DirectoryInUse {
  const { directory, what } = locked;
  const message = `the ${what} in ${directory} is in use by process ${pidOf(pidPath(locked))}: stop that agent, or give this one another ${what}.directory`;
  return new DirectoryInUse(message, { cause });
}

const pidPath = ({ directory, what }: Locked): string => join(directory, `${what}.pid`);

function pidOf(path: string): string {
  try {
    return /^\d+$/m.exec(readFileSync(path, 'utf8'))?.[0] ?? '(unknown)';
  } catch {
    return '(unknown)';
  }
}
