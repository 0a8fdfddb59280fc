import { gunzipSync, gzipSync } from 'node:zlib';
import type { Database } from '../sqlite.ts';
import type { Batch } from './batch.ts';

/** What is known of a stored batch without reading its body. */
export type StoredBatch = {
  /** Its place in the order; the numbers up to `position + span` are its own, for the parts it may be split into. */
  readonly position: number;
  readonly span: number;
  /** When it was put, as Unix time in milliseconds. */
  readonly putAtMs: number;
  /** The number of its body, which other destinations may wait for too. */
  readonly body: number;
  /** Of its body as it is stored. */
  readonly bytes: number;
  readonly pointCount: number;
};

export type NewBatch = Pick<StoredBatch, 'position' | 'span' | 'putAtMs'> & { readonly batch: Batch };

/**
 * What one destination is still owed, on disk. All functions throw what SQLite throws, and adding throws where the disk
 * is nearly full. When one that writes has returned, what it wrote survives the end of the process, SIGKILL included; a
 * failure of power may take back the last seconds.
 */
export type BatchStore = {
  /** In their order. */
  list(): readonly StoredBatch[];
  read(position: number): Batch | undefined;
  /** Removes and adds, both or nothing. */
  change(removed: readonly number[], added: readonly NewBatch[]): void;
  /** The number that the body of a batch has or would have: the same for every destination, and never that of another. */
  bodyOf(batch: Batch): number;
  /**
   * Where nothing is left in the file, gives some of its room back to the file system; answers whether there is more.
   */
  shrink(): boolean;
};

/** A body is stored once, whoever waits for it, and goes with the last who did. */
export const SCHEMA = `
  CREATE TABLE body (
    id INTEGER PRIMARY KEY,
    points INTEGER NOT NULL,
    content_type TEXT NOT NULL,
    content_encoding TEXT,
    content BLOB NOT NULL
  ) STRICT;
  CREATE TABLE owed (
    destination TEXT NOT NULL,
    position INTEGER NOT NULL,
    span INTEGER NOT NULL,
    put_at_ms INTEGER NOT NULL,
    body INTEGER NOT NULL REFERENCES body (id),
    PRIMARY KEY (destination, position)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX owed_body ON owed (body);
  CREATE TRIGGER body_owed_to_nobody AFTER DELETE ON owed
    WHEN NOT EXISTS (SELECT 1 FROM owed WHERE body = old.body)
    BEGIN DELETE FROM body WHERE id = old.body; END;
`;

/**
 * So much of the disk is left free: to remove a batch takes room for a while, and without it a disk that the outbox has
 * filled could not be emptied again.
 */
const RESERVE_BYTES = 16 * 1024 * 1024;

/** Bodies are always stored compressed; quickly, because the agent stands still meanwhile. */
const FAST = { level: 1 };
/** 16 MiB at once, which takes about 0.1 s. */
const SHRINK_PAGES = 4096;

/** Numbers of bodies. Each is used once, so that a batch which one destination holds is never taken for a later one. */
export function createBodyNumbers() {
  const numbers = new WeakMap<Batch, number>();
  let next = 1;
  return {
    of(batch: Batch): number {
      const number = numbers.get(batch) ?? next++;
      numbers.set(batch, number);
      return number;
    },
    /** These are taken. */
    skipTo(last: number): void {
      next = Math.max(next, last + 1);
    },
  };
}

type BodyNumbers = ReturnType<typeof createBodyNumbers>;

/** The stores of all destinations of one database. `freeBytes`: of the file system. */
export function createBatchStores(
  database: Database,
  numbers: BodyNumbers,
  freeBytes: () => number,
): (destination: string) => BatchStore {
  const bodies = createBodies(database, numbers, freeBytes);
  return (destination) => createBatchStore(database, destination, bodies);
}

type Bodies = ReturnType<typeof createBodies>;

function createBodies(database: Database, numbers: BodyNumbers, freeBytes: () => number) {
  const has = database.prepare('SELECT 1 FROM body WHERE id = ?');
  const any = database.prepare('SELECT 1 FROM body LIMIT 1');
  const add = database.prepare('INSERT INTO body VALUES (?, ?, ?, ?, ?)');
  numbers.skipTo(Number(database.prepare('SELECT max(id) AS last FROM body').get()?.['last'] ?? 0));

  const isStored = (batch: Batch): boolean => has.get(numbers.of(batch)) !== undefined;

  return {
    numberOf: numbers.of,
    isEmpty: () => any.get() === undefined,
    assertRoom(batches: readonly Batch[]): void {
      const missing = batches.filter((batch) => !isStored(batch));
      if (missing.length === 0) return;
      const free = freeBytes();
      if (free < missing.reduce((sum, { body }) => sum + body.length, 0) + RESERVE_BYTES)
        throw new Error(`${free} bytes are free on the disk, of which ${RESERVE_BYTES} are left to others`);
    },
    insert(batch: Batch): void {
      if (isStored(batch)) return;
      const { body, contentType, contentEncoding, pointCount } = batch;
      const stored = contentEncoding ? body : gzipSync(body, FAST);
      add.run(numbers.of(batch), pointCount, contentType, contentEncoding ?? null, stored);
    },
  };
}

function createBatchStore(database: Database, destination: string, bodies: Bodies): BatchStore {
  const list = database.prepare(
    'SELECT position, span, put_at_ms, body, points, length(content) AS bytes FROM owed JOIN body ON id = body WHERE destination = ? ORDER BY position',
  );
  const read = database.prepare(
    'SELECT points, content_type, content_encoding, content FROM owed JOIN body ON id = body WHERE destination = ? AND position = ?',
  );
  const remove = database.prepare('DELETE FROM owed WHERE destination = ? AND position = ?');
  const add = database.prepare('INSERT INTO owed VALUES (?, ?, ?, ?, ?)');
  const freePages = database.prepare('PRAGMA freelist_count');

  return {
    list: () =>
      list.all(destination).map((row) => ({
        position: Number(row['position']),
        span: Number(row['span']),
        putAtMs: Number(row['put_at_ms']),
        body: Number(row['body']),
        bytes: Number(row['bytes']),
        pointCount: Number(row['points']),
      })),
    read(position) {
      const row = read.get(destination, position);
      if (!row) return undefined;
      const body = row['content'] as Uint8Array;
      const contentType = row['content_type'] as Batch['contentType'];
      const pointCount = Number(row['points']);
      if (row['content_encoding'] === null) return { body: gunzipSync(body), contentType, pointCount };
      return { body, contentType, contentEncoding: 'gzip', pointCount };
    },
    change(removed, added) {
      bodies.assertRoom(added.map(({ batch }) => batch));
      inTransaction(database, () => {
        for (const position of removed) remove.run(destination, position);
        for (const { position, span, putAtMs, batch } of added) {
          bodies.insert(batch);
          add.run(destination, position, span, Math.round(putAtMs), bodies.numberOf(batch));
        }
      });
    },
    bodyOf: bodies.numberOf,
    shrink() {
      if (!bodies.isEmpty()) return true;
      database.exec(`PRAGMA incremental_vacuum(${SHRINK_PAGES})`);
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      return Number(freePages.get()?.['freelist_count']) > 0;
    },
  };
}

/** All that is done within, or nothing. */
export function inTransaction(database: Database, act: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    act();
    database.exec('COMMIT');
  } catch (error) {
    // SQLite has rolled back by itself after some errors, such as a full disk.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
