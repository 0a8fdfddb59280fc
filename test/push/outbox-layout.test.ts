import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openOutboxFile } from '../../src/push/outbox-file.ts';
import { createLogLines } from '../fakes/log-lines.ts';
import { batch } from './batches.ts';
import { createTestOutbox, drain } from './outboxes.ts';

/** As the first version wrote it, in which each row held its body. */
const FIRST_LAYOUT = `
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
const SPAN = 2 ** 20;
const PUT_AT_MS = 1_700_000_000_000;

let directory: string;
let database: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'plimsoll-layout-'));
  database = join(directory, 'outbox.db');
});
afterEach(() => rmSync(directory, { recursive: true }));

function change(act: (file: DatabaseSync) => void): void {
  const file = new DatabaseSync(database);
  act(file);
  file.close();
}

function fillFirstLayout(file: DatabaseSync, bodies: readonly string[], name = 'batch'): void {
  file.exec(FIRST_LAYOUT.replaceAll('batch (', `${name} (`));
  const add = file.prepare(`INSERT INTO ${name} VALUES ('default', ?, ?, ?, 7, 'application/x-protobuf', ?, ?)`);
  for (const [n, text] of bodies.entries()) {
    const position = (bodies.length - n) * SPAN;
    // Every other one was sent as it is, and only stored compressed.
    if (n % 2 === 0) add.run(position, SPAN, PUT_AT_MS, 'gzip', Buffer.from(text));
    else add.run(position, SPAN, PUT_AT_MS, null, gzipSync(text));
  }
}

function openAgain(act: (destination: ReturnType<typeof createTestOutbox>) => void): void {
  const { log, texts } = createLogLines();
  const file = openOutboxFile({ directory, log, unixMs: () => PUT_AT_MS })!;
  act(createTestOutbox({ store: file.store('default'), unixMs: () => PUT_AT_MS + 5000 }));
  file.close();
  expect(texts()).toEqual([]);
  expect(readdirSync(directory).filter((name) => name.includes('set-aside'))).toEqual([]);
}

function tablesOf(): string[] {
  let names: string[] = [];
  change((file) => {
    names = file
      .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
      .all()
      .map(({ name }) => String(name));
  });
  return names.filter((name) => !name.startsWith('sqlite_')).sort();
}

describe('an outbox of the first layout', () => {
  beforeEach(() =>
    change((file) => {
      file.exec('PRAGMA auto_vacuum = INCREMENTAL; VACUUM; PRAGMA journal_mode = WAL');
      file.exec(`PRAGMA application_id = ${0x506c696d}; PRAGMA user_version = 1`);
      fillFirstLayout(file, ['c', 'b', 'a']);
    }),
  );

  it('is brought to the present one, with the order, the age and the bodies of what waits', () => {
    openAgain(({ outbox }) => {
      expect(outbox.state()).toMatchObject({ batches: 3, oldestAgeMs: 5000 });
      expect(outbox.peek()).toMatchObject({ contentEncoding: 'gzip', pointCount: 7 });
      outbox.put(batch('d'));
      outbox.accepted(outbox.peek()!);
    });
    expect(tablesOf()).toEqual(['body', 'owed']);
    openAgain(({ outbox }) => expect(drain(outbox)).toEqual(['b', 'c', 'd']));
  });
});

describe('one that was interrupted on the way to the present layout', () => {
  it('goes on where it was', () => {
    openAgain(({ outbox }) => {
      for (const text of ['x', 'y']) outbox.put(batch(text));
      outbox.close();
    });
    change((file) => {
      fillFirstLayout(file, ['c', 'b', 'a'], 'batch_of_layout_1');
      // Moved already: what is here now stands behind.
      file.exec(`UPDATE owed SET position = position + ${10 * SPAN}`);
    });
    openAgain(({ outbox }) => expect(drain(outbox)).toEqual(['a', 'b', 'c', 'x', 'y']));
    expect(tablesOf()).toEqual(['body', 'owed']);
  });
});
