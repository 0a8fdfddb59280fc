import { mkdirSync, renameSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { inUse, LOCK_TIMEOUT_MS, writePid } from '../directory-lock.ts';
import { type Database, loadSqlite, SQLITE_BUSY, sqliteCode } from '../sqlite.ts';
import { type BatchStore, createBatchStore, SCHEMA } from './batch-store.ts';
import { createRenewingStore, isBroken } from './renewing-store.ts';

/** The database of waiting batches, which no other process has open. */
export type OutboxFile = {
  /** The batches of one destination. */
  store(destination: string): BatchStore;
  close(): void;
};

export type OutboxFileOptions = {
  readonly directory: string;
  readonly log: Logger;
  readonly unixMs: () => number;
};

/** "Plim" in the header of the file: it is ours. */
const APPLICATION_ID = 0x506c696d;
const LAYOUT_VERSION = 1;
const WAL_BYTES = 16 * 1024 * 1024;

/**
 * Opens the database, making it and its directory where they are missing. A file that is broken or not ours is set
 * aside under a new name. Answers undefined where the directory cannot be written, which is said; throws DirectoryInUse
 * where another process has it open.
 */
export function openOutboxFile({ directory, log, unixMs }: OutboxFileOptions): OutboxFile | undefined {
  const path = join(directory, 'outbox.db');
  const locked = { directory, what: 'outbox' } as const;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const first = openOrReplace(path, log, unixMs);
    writePid(locked);
    return useDatabase(first, directory, (error) => {
      setAside(path, error, log, unixMs);
      return open(path);
    });
  } catch (error) {
    if (sqliteCode(error) === SQLITE_BUSY) throw inUse(locked, error);
    log.warn(
      `the outbox is kept in memory only, and what waits there is lost when the agent ends: cannot write to ${directory}: ${(error as Error).message}; set outbox.directory to a directory that the agent may write to`,
    );
    return undefined;
  }
}

/** `replace`: sets the file aside because of this error, and begins a new one. */
function useDatabase(first: Database, directory: string, replace: (error: Error) => Database): OutboxFile {
  const databases = [first];
  let stores = new Map<string, BatchStore>();

  function current(destination: string): BatchStore {
    const store =
      stores.get(destination) ?? createBatchStore(databases.at(-1)!, destination, () => freeBytes(directory));
    stores.set(destination, store);
    return store;
  }

  function renew(error: Error): void {
    databases.push(replace(error));
    stores = new Map();
  }

  return {
    store: (destination) => createRenewingStore(() => current(destination), renew),
    close() {
      for (const database of databases) database.close();
    },
  };
}

/** Some file systems do not say how large they are: then there is room until a write fails. */
function freeBytes(directory: string): number {
  const { bavail, bsize, blocks } = statfsSync(directory);
  return blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize;
}

function openOrReplace(path: string, log: Logger, unixMs: () => number): Database {
  try {
    return open(path);
  } catch (error) {
    if (!isBroken(error) && !(error instanceof ForeignFile)) throw error;
    setAside(path, error as Error, log, unixMs);
    return open(path);
  }
}

function setAside(path: string, error: Error, log: Logger, unixMs: () => number): void {
  const stamp = new Date(unixMs()).toISOString().replaceAll(/[:.]/g, '-');
  const aside = `${path}.set-aside-${stamp}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (statSync(path + suffix, { throwIfNoEntry: false })) renameSync(path + suffix, aside + suffix);
  }
  log.error(
    `${path} is not an outbox that can be read (${error.message}): it is set aside as ${aside}, and a new one is begun`,
  );
}

class ForeignFile extends Error {
  override readonly name = 'ForeignFile';
}

function open(path: string): Database {
  const { DatabaseSync } = loadSqlite();
  const database = new DatabaseSync(path, { timeout: LOCK_TIMEOUT_MS });
  try {
    // The lock that this takes is kept until the database is closed or the process ends, in whatever way.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT');
    const isNew = numberOf(database, 'SELECT count(*) FROM sqlite_schema') === 0;
    if (!isNew) assertOurs(database);
    // The header is written already: only VACUUM, quick while there is nothing, makes the setting take effect.
    if (isNew) database.exec('PRAGMA auto_vacuum = INCREMENTAL; VACUUM');
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = ${WAL_BYTES}`);
    if (isNew) {
      // All or nothing: a file that is only half made would be taken for a foreign one.
      const header = `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${LAYOUT_VERSION};`;
      database.exec(`BEGIN; ${header} ${SCHEMA} COMMIT`);
    }
    // Reads every page of the table that is not only body, so that what is broken there is found now.
    database.prepare('SELECT count(points), sum(length(body)) FROM batch').get();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function assertOurs(database: Database): void {
  const application = numberOf(database, 'PRAGMA application_id');
  const version = numberOf(database, 'PRAGMA user_version');
  if (application !== APPLICATION_ID) throw new ForeignFile('it is the database of another program');
  if (version !== LAYOUT_VERSION) throw new ForeignFile(`its layout is of version ${version}, not ${LAYOUT_VERSION}`);
}

function numberOf(database: Database, query: string): number {
  return Number(Object.values(database.prepare(query).get() ?? {})[0]);
}
