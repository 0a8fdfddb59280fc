/*
 * SQLite as Node brings it along. It is loaded with the first file of it and not with the module: commands that keep
 * nothing do without it.
 */

export type Sqlite = typeof import('node:sqlite');
export type Database = InstanceType<Sqlite['DatabaseSync']>;

/** SQLite's primary result codes (sqlite3.h) that something is done about. */
export const SQLITE_BUSY = 5;
export const SQLITE_CORRUPT = 11;
export const SQLITE_NOTADB = 26;

const PRIMARY_CODE = 0xff;

/** SQLite's primary result code of an error, undefined where it is not of SQLite. */
export function sqliteCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | undefined)?.errcode;
  return typeof code === 'number' ? code & PRIMARY_CODE : undefined;
}

/**
 * Loads it without the warning that older Nodes give with it: what Plimsoll needs of it is tested, and the user can do
 * nothing about it. Loading is synchronous, so that no other warning can come in between; others pass all the same.
 * Throws where this Node was built without SQLite.
 */
export function loadSqlite(): Sqlite {
  const { emitWarning } = process;
  process.emitWarning = ((warning: string | Error, ...rest: never[]) => {
    if (!String(warning).includes('SQLite is an experimental feature')) emitWarning.call(process, warning, ...rest);
  }) as typeof emitWarning;
  try {
    const sqlite = process.getBuiltinModule('node:sqlite') as Sqlite | undefined;
    if (!sqlite) throw new Error('this Node was built without SQLite');
    return sqlite;
  } finally {
    process.emitWarning = emitWarning;
  }
}
