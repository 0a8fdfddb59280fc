import type { Database } from '../sqlite.ts';
import { inTransaction, SCHEMA } from './batch-store.ts';

/** The database is of another program, or of a version of ours that is not known here. */
export class ForeignFile extends Error {
  override readonly name = 'ForeignFile';
}

/** "Plim" in the header of the file: it is ours. */
const APPLICATION_ID = 0x506c696d;
const LAYOUT_VERSION = 2;
const WAL_BYTES = 16 * 1024 * 1024;

/** Makes a new database one of ours, and brings an older one of ours to the present layout. Throws ForeignFile. */
export function prepareLayout(database: Database): void {
  const isNew = numberOf(database, 'SELECT count(*) FROM sqlite_schema') === 0;
  const version = isNew ? LAYOUT_VERSION : versionOf(database);
  // The header is written already: only VACUUM, quick while there is nothing, makes the setting take effect.
  if (isNew) database.exec('PRAGMA auto_vacuum = INCREMENTAL; VACUUM');
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = ${WAL_BYTES}`);
  // All or nothing: a file that is only half made would be taken for a foreign one.
  const header = `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${LAYOUT_VERSION};`;
  if (isNew) inTransaction(database, () => database.exec(header + SCHEMA));
  if (version === 1) inTransaction(database, () => database.exec(header + FROM_FIRST + SCHEMA));
  if (numberOf(database, `SELECT count(*) FROM sqlite_schema WHERE name = 'batch_of_layout_1'`) > 0)
    moveBatches(database);
}

function versionOf(database: Database): number {
  const application = numberOf(database, 'PRAGMA application_id');
  const version = numberOf(database, 'PRAGMA user_version');
  if (application !== APPLICATION_ID) throw new ForeignFile('it is the database of another program');
  if (version < 1 || version > LAYOUT_VERSION)
    throw new ForeignFile(`its layout is of version ${version}, not ${LAYOUT_VERSION}`);
  return version;
}

/** In the first layout each row held its body. */
const FROM_FIRST = 'ALTER TABLE batch RENAME TO batch_of_layout_1;';

/**
 * One batch after the other, each both there and gone from here or neither: so it takes no more of the disk than one
 * batch, and goes on where it was interrupted.
 */
function moveBatches(database: Database): void {
  const first = database.prepare('SELECT rowid AS row FROM batch_of_layout_1 ORDER BY rowid LIMIT 1');
  const steps = [
    'INSERT INTO body SELECT NULL, points, content_type, content_encoding, body FROM batch_of_layout_1 WHERE rowid = ?',
    'INSERT INTO owed SELECT destination, position, span, put_at_ms, last_insert_rowid() FROM batch_of_layout_1 WHERE rowid = ?',
    'DELETE FROM batch_of_layout_1 WHERE rowid = ?',
  ].map((sql) => database.prepare(sql));
  for (let row = first.get(); row; row = first.get()) {
    const rowId = Number(row['row']);
    inTransaction(database, () => {
      for (const step of steps) step.run(rowId);
    });
  }
  database.exec('DROP TABLE batch_of_layout_1');
}

function numberOf(database: Database, query: string): number {
  return Number(Object.values(database.prepare(query).get() ?? {})[0]);
}
