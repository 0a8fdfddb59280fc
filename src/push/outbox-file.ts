import { renameSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { inUse, LOCK_TIMEOUT_MS, writePid } from '../directory-lock.ts';
import { makeDirectory } from '../make-directory.ts';
import { type Database, loadSqlite, SQLITE_BUSY, sqliteCode } from '../sqlite.ts';
import { type BatchStore, createBatchStores, createBodyNumbers, inTransaction } from './batch-store.ts';
import { ForeignFile, prepareLayout } from './outbox-layout.ts';
import { createRenewingStore, isBroken } from './renewing-store.ts';

/** The database of waiting batches, which no other process has open. */
export type OutboxFile = {
  /** The batches of one destination. */
  store(destination: string): BatchStore;
  /** Gives up what waits for other destinations than these, and answers what that was. */
  keepOnly(destinations: readonly string[]): ReadonlyMap<string, GivenUp>;
  close(): void;
};

export type GivenUp = { readonly batches: number; readonly points: number };

export type OutboxFileOptions = {
  readonly directory: string;
  readonly log: Logger;
  readonly unixMs: () => number;
};

/**
 * Opens the database, making it and its directory where they are missing. A file that is broken or not ours is set
 * aside under a new name. Answers undefined where the directory cannot be written, which is said; throws DirectoryInUse
 * where another process has it open.
 */
export function openOutboxFile({ directory, log, unixMs }: OutboxFileOptions): OutboxFile | undefined {
  const path = join(directory, 'outbox.db');
  const locked = { directory, what: 'outbox' } as const;
  try {
    makeDirectory(directory);
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
  // Of all of them: what is in a former one may still be waited for.
  const numbers = createBodyNumbers();
  const useStores = (database: Database) => createBatchStores(database, numbers, () => freeBytes(directory));
  let create = useStores(first);
  let stores = new Map<string, BatchStore>();

  function current(destination: string): BatchStore {
    const store = stores.get(destination) ?? create(destination);
    stores.set(destination, store);
    return store;
  }

  function renew(error: Error): void {
    const database = replace(error);
    databases.push(database);
    create = useStores(database);
    stores = new Map();
  }

  return {
    store: (destination) => createRenewingStore(() => current(destination), renew),
    keepOnly: (destinations) => keepOnly(databases.at(-1)!, destinations),
    close() {
      for (const database of databases) database.close();
    },
  };
}

function keepOnly(database: Database, destinations: readonly string[]): ReadonlyMap<string, GivenUp> {
  const owed = database
    .prepare(
      'SELECT destination, count(*) AS batches, sum(points) AS points FROM owed JOIN body ON id = body GROUP BY 1',
    )
    .all()
    .map(({ destination, batches, points }) => {
      return [String(destination), { batches: Number(batches), points: Number(points) }] as const;
    });
  const given = owed.filter(([destination]) => !destinations.includes(destination));
  const remove = database.prepare('DELETE FROM owed WHERE destination = ?');
  inTransaction(database, () => {
    for (const [destination] of given) remove.run(destination);
  });
  return new Map(given);
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

function open(path: string): Database {
  const { DatabaseSync } = loadSqlite();
  const database = new DatabaseSync(path, { timeout: LOCK_TIMEOUT_MS });
  try {
    // The lock that this takes is kept until the database is closed or the process ends, in whatever way.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT');
    prepareLayout(database);
    // Reads every page of the tables that is not only content, so that what is broken there is found now.
    database.prepare('SELECT count(points), sum(length(content)), sum(span) FROM owed JOIN body ON id = body').get();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
