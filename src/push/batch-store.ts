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
  /** Of its body as it is stored. */
  readonly bytes: number;
  readonly pointCount: number;
};

export type NewBatch = Omit<StoredBatch, 'bytes' | 'pointCount'> & { readonly batch: Batch };

/**
 * Batches on disk, of one destination. All functions throw what SQLite throws,
 * and adding throws where the disk is nearly full. When one that writes has returned, what
 * it wrote survives the end of the process, SIGKILL included; a failure of power may take back the last seconds.
 */
export type BatchStore = {
  /** In their order. */
  list(): readonly StoredBatch[];
  read(position: number): Batch | undefined;
  /** Removes and adds, both or nothing. */
  change(removed: readonly number[], added: readonly NewBatch[]): void;
  /** Gives some of the room of what was removed back to the file system; answers whether there is more. */
  shrink(): boolean;
};

export const SCHEMA = `
  CREATE TABLE batch (
    destination TEXT NOT NULL,
    position INTEGER NOT NULL,
    span INTEGER NOT NULL,
    put_at_ms INTEGER NOT NULL,
    points INTEGER NOT NULL,
    content_type TEXT NOT NULL,
    content_encoding TEXT,
    body BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX batch_order ON batch (destination, position);
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

/** `freeBytes`: of the file system. */
export function createBatchStore(database: Database, destination: string, freeBytes: () => number): BatchStore {
  const list = database.prepare(
    'SELECT position, span, put_at_ms, points, length(body) AS bytes FROM batch WHERE destination = ? ORDER BY position',
  );
  const read = database.prepare(
    'SELECT points, content_type, content_encoding, body FROM batch WHERE destination = ? AND position = ?',
  );
  const remove = database.prepare('DELETE FROM batch WHERE destination = ? AND position = ?');
  const freePages = database.prepare('PRAGMA freelist_count');
  const add = database.prepare('INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?, ?, ?)');

  function assertRoom(bytes: number): void {
    const free = freeBytes();
    if (free < bytes + RESERVE_BYTES)
      throw new Error(`${free} bytes are free on the disk, of which ${RESERVE_BYTES} are left to others`);
  }

  function insert({ position, span, putAtMs, batch }: NewBatch): void {
    const { body, contentType, contentEncoding, pointCount } = batch;
    const stored = contentEncoding ? body : gzipSync(body, FAST);
    add.run(destination, position, span, Math.round(putAtMs), pointCount, contentType, contentEncoding ?? null, stored);
  }

  return {
    list: () =>
      list.all(destination).map((row) => ({
        position: Number(row['position']),
        span: Number(row['span']),
        putAtMs: Number(row['put_at_ms']),
        bytes: Number(row['bytes']),
        pointCount: Number(row['points']),
      })),
    read(position) {
      const row = read.get(destination, position);
      if (!row) return undefined;
      const body = row['body'] as Uint8Array;
      const contentType = row['content_type'] as Batch['contentType'];
      const pointCount = Number(row['points']);
      if (row['content_encoding'] === null) return { body: gunzipSync(body), contentType, pointCount };
      return { body, contentType, contentEncoding: 'gzip', pointCount };
    },
    change(removed, added) {
      if (added.length > 0) assertRoom(added.reduce((sum, { batch }) => sum + batch.body.length, 0));
      database.exec('BEGIN IMMEDIATE');
      try {
        for (const position of removed) remove.run(destination, position);
        for (const each of added) insert(each);
        database.exec('COMMIT');
      } catch (error) {
        // SQLite has rolled back by itself after some errors, such as a full disk.
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    },
    shrink() {
      database.exec(`PRAGMA incremental_vacuum(${SHRINK_PAGES})`);
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      return Number(freePages.get()?.['freelist_count']) > 0;
    },
  };
}
