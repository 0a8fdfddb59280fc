import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BatchStore } from '../../src/push/batch-store.ts';
import { openOutboxFile } from '../../src/push/outbox-file.ts';
import { createLogLines } from '../fakes/log-lines.ts';
import { batch } from './batches.ts';
import { createTestOutbox, drain, type TestOutboxOptions, textOf } from './outboxes.ts';

let directory: string;
const releasers: (() => void)[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'plimsoll-outbox-'));
  releasers.push(() => rmSync(directory, { recursive: true }));
});

afterEach(() => {
  for (const release of releasers.splice(0).reverse()) release();
});

const asideOf = () => readdirSync(directory).filter((name) => name.includes('.set-aside-'));

function openFile(into = directory) {
  const { log, texts } = createLogLines();
  const file = openOutboxFile({ directory: into, log, unixMs: () => 1_700_000_000_000 });
  let isOpen = true;
  const close = (): void => {
    if (isOpen) file?.close();
    isOpen = false;
  };
  releasers.push(close);
  return { file, close, texts };
}

function openOutbox(options: TestOutboxOptions = {}, destination = 'default') {
  const opened = openFile();
  const store = opened.file!.store(destination);
  const { outbox, clock, texts } = createTestOutbox({ store, ...options });
  const end = (): void => {
    outbox.close();
    opened.close();
  };
  return { outbox, clock, texts, store, end, crash: opened.close };
}

describe('outbox on disk', () => {
  it('does not touch the disk while what comes can be sent', () => {
    const { outbox, store } = openOutbox();
    for (const text of ['a', 'b', 'c']) {
      outbox.put(batch(text));
      expect(store.list()).toEqual([]);
      expect(drain(outbox)).toEqual([text]);
    }
  });

  it('writes a batch that could not be sent, and each that comes while one waits', () => {
    const { outbox, store, crash } = openOutbox();
    outbox.put(batch('a'));
    outbox.put(batch('b', { pointCount: 7 }));
    expect(store.list().map(({ pointCount }) => pointCount)).toEqual([7]);
    outbox.postponed(outbox.peek()!);
    expect(store.list()).toHaveLength(2);
    crash();
    expect(drain(openOutbox().outbox)).toEqual(['a', 'b']);
  });

  it('writes the rest when it is closed, and knows its age and kind when it is opened again', () => {
    const first = openOutbox();
    first.outbox.put(batch('{}', { contentType: 'application/json', contentEncoding: 'gzip', pointCount: 3 }));
    first.end();
    const second = openOutbox({ unixMs: () => 1_700_000_030_000 });
    expect(second.outbox.state()).toMatchObject({ batches: 1, oldestAgeMs: 30_000 });
    const kept = second.outbox.peek()!;
    expect({ ...kept, body: textOf(kept) }).toEqual({
      body: '{}',
      contentType: 'application/json',
      contentEncoding: 'gzip',
      pointCount: 3,
    });
    second.end();
    const third = openOutbox({ unixMs: () => 1_700_000_090_000 });
    expect(third.outbox.peek()).toBeUndefined();
    expect(third.outbox.state()).toMatchObject({ batches: 0, dropped: { expired: 1 } });
  });

  it('takes what was put by a clock that was set back since for young, so that it is not given up', () => {
    const first = openOutbox();
    first.outbox.put(batch('a'));
    first.end();
    const second = openOutbox({ unixMs: () => 1_700_000_000_000 - 3_600_000 });
    expect(second.outbox.state()).toMatchObject({ batches: 1, oldestAgeMs: 0 });
    expect(drain(second.outbox)).toEqual(['a']);
  });

  it('removes what was accepted and puts later batches behind what is left', () => {
    const first = openOutbox();
    for (const text of ['a', 'b', 'c']) first.outbox.put(batch(text));
    first.outbox.accepted(first.outbox.peek()!);
    first.crash();
    const second = openOutbox();
    second.outbox.put(batch('d'));
    second.end();
    expect(drain(openOutbox().outbox)).toEqual(['b', 'c', 'd']);
  });

  it('keeps the parts of a batch in its place', () => {
    const first = openOutbox();
    for (const text of ['x', 'abcd', 'z']) first.outbox.put(batch(text));
    first.outbox.accepted(first.outbox.peek()!);
    first.outbox.replaced(first.outbox.peek()!, [batch('ab'), batch('cd')]);
    first.outbox.replaced(first.outbox.peek()!, [batch('a'), batch('b')]);
    first.crash();
    expect(drain(openOutbox().outbox)).toEqual(['a', 'b', 'cd', 'z']);
  });

  it('stores compressed what is sent as it is', () => {
    const { outbox } = openOutbox();
    const text = 'so much of the same '.repeat(50_000);
    for (const each of [batch('first'), batch(text)]) outbox.put(each);
    outbox.accepted(outbox.peek()!);
    expect(textOf(outbox.peek()!)).toBe(text);
    const bytes = readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
    expect(bytes).toBeLessThan(200_000);
  });

  it('keeps its bound and gives the room back to the file system when all is sent', () => {
    const { outbox } = openOutbox({ maxBytes: 4_000_000 });
    for (let n = 0; n < 20; n++) outbox.put({ ...batch(''), body: Buffer.alloc(500_000, n), contentEncoding: 'gzip' });
    expect(outbox.state()).toMatchObject({ batches: 8, bytes: 4_000_000, dropped: { full: 12 } });
    const sizes = () => ['outbox.db', 'outbox.db-wal'].map((name) => statSync(join(directory, name)).size);
    expect(Math.max(...sizes())).toBeLessThan(17_000_000);
    expect(drain(outbox)).toHaveLength(8);
    expect(sizes()[0]).toBeLessThan(100_000);
    expect(sizes()[1]).toBe(0);
  });

  it('keeps destinations apart', () => {
    const { file } = openFile();
    const outboxes = ['one', 'two'].map((name) => createTestOutbox({ store: file!.store(name) }).outbox);
    for (const each of outboxes) for (const text of ['a', 'b']) each.put(batch(text));
    expect(drain(outboxes[0]!)).toEqual(['a', 'b']);
    expect(outboxes[1]!.state().batches).toBe(2);
    expect(drain(outboxes[1]!)).toEqual(['a', 'b']);
  });
});

describe('a disk that takes nothing', () => {
  const failing = (store: BatchStore, isFull: () => boolean): BatchStore => ({
    ...store,
    change(...what) {
      if (isFull()) throw new Error('database or disk is full');
      store.change(...what);
    },
  });

  it('is said once and counted; what waits stays in memory, bounded, and is written when it can be', () => {
    const { file, close } = openFile();
    let isFull = false;
    const store = failing(file!.store('default'), () => isFull);
    const { outbox, texts } = createTestOutbox({ store, maxMemoryBytes: 3 });
    for (const text of ['a', 'b']) outbox.put(batch(text));
    outbox.postponed(outbox.peek()!);
    isFull = true;
    for (const text of ['c', 'd', 'e', 'f']) outbox.put(batch(text));
    expect(outbox.state()).toMatchObject({ batches: 5, dropped: { full: 1 }, writeErrors: 4 });
    expect(texts().filter((text) => text.includes('database or disk is full'))).toHaveLength(1);
    outbox.accepted(outbox.peek()!);
    isFull = false;
    outbox.put(batch('g'));
    expect(texts()).toContain('the outbox can be written again');
    close();
    expect(drain(openOutbox().outbox)).toEqual(['b', 'd', 'e', 'f', 'g']);
  });
});

describe('a file that breaks while it is used', () => {
  /** Far more than SQLite keeps in memory. */
  const LARGE = 500_000;
  const COUNT = 40;

  it('is set aside and a new one begun; what can still be read is sent, and what cannot is counted', () => {
    const opened = openFile();
    const { outbox, texts } = createTestOutbox({ store: opened.file!.store('default') });
    const put = (name: string): void =>
      outbox.put({
        ...batch(''),
        body: Buffer.concat([Buffer.from(name), randomBytes(LARGE)]),
        contentEncoding: 'gzip',
      });
    for (let n = 0; n < COUNT; n++) put('old ');
    const path = join(directory, 'outbox.db');
    // A quarter of the file in its middle.
    const { size } = statSync(path);
    const handle = openSync(path, 'r+');
    writeSync(handle, Buffer.alloc(size / 4, 0xa5), 0, size / 4, size / 2);
    closeSync(handle);

    let sent = 0;
    for (; outbox.state().dropped.unreadable === 0; sent++) outbox.accepted(outbox.peek()!);
    expect(sent).toBeGreaterThan(COUNT / 4);
    expect(asideOf().filter((name) => !/-(wal|shm)$/.test(name))).toHaveLength(1);
    for (let n = 0; n < 5; n++) put('new ');
    expect(opened.file!.store('default').list(), 'in the new file').toHaveLength(5);

    const rest = drain(outbox).map((text) => text.slice(0, 4));
    expect(rest.filter((name) => name === 'new ')).toHaveLength(5);
    const { unreadable } = outbox.state().dropped;
    expect(sent + rest.length + unreadable).toBe(COUNT + 5);
    expect(rest.filter((name) => name === 'old ').length, 'what the damage did not reach').toBeGreaterThan(COUNT / 8);
    expect([...opened.texts(), ...texts()].filter((text) => text.includes('it is set aside'))).toHaveLength(1);

    put('last');
    outbox.postponed(outbox.peek()!);
    opened.close();
    expect(drain(openOutbox().outbox).map((text) => text.slice(0, 4))).toEqual(['last']);
  });
});

describe('opening the file of an outbox', () => {
  it.each<[string, () => void]>([
    ['of garbage', () => writeFileSync(join(directory, 'outbox.db'), 'garbage '.repeat(1000))],
    [
      'of another program',
      () => {
        const foreign = new DatabaseSync(join(directory, 'outbox.db'));
        foreign.exec('CREATE TABLE batch (a); INSERT INTO batch VALUES (1)');
        foreign.close();
      },
    ],
    [
      'of a later version',
      () => {
        openFile().close();
        const ours = new DatabaseSync(join(directory, 'outbox.db'));
        ours.exec('PRAGMA user_version = 99');
        ours.close();
      },
    ],
    [
      'whose pages are overwritten',
      () => {
        const first = openOutbox();
        for (let n = 0; n < 200; n++) first.outbox.put(batch(`batch ${n}`));
        first.end();
        const bytes = readFileSync(join(directory, 'outbox.db'));
        bytes.fill(0xa5, 4096);
        writeFileSync(join(directory, 'outbox.db'), bytes);
      },
    ],
  ])('sets one %s aside, says so and begins a new one', (_, spoil) => {
    spoil();
    const before = readFileSync(join(directory, 'outbox.db'));
    const { file, texts } = openFile();
    expect(file!.store('default').list()).toEqual([]);
    expect(asideOf()).toEqual([expect.stringMatching(/^outbox\.db\.set-aside-2023-/)]);
    expect(readFileSync(join(directory, asideOf()[0]!)).equals(before)).toBe(true);
    expect(texts()).toEqual([expect.stringContaining(asideOf()[0]!)]);
  });

  it('finds an empty file to be a new one', () => {
    writeFileSync(join(directory, 'outbox.db'), '');
    expect(openFile().file!.store('default').list()).toEqual([]);
    expect(asideOf()).toEqual([]);
  });

  it('says that it goes on in memory where the directory cannot be made', () => {
    writeFileSync(join(directory, 'file'), '');
    const { file, texts } = openFile(join(directory, 'file', 'outbox'));
    expect(file).toBeUndefined();
    expect(texts()).toEqual([expect.stringMatching(/in memory only.*file.outbox: .*set outbox\.directory/)]);
  });

  it('refuses a second agent with the pid of the first, and lets it in after the first was killed', async () => {
    const { startHolder } = await import('./outbox-child.ts');
    const holder = await startHolder(directory);
    expect(() => openFile()).toThrow(`is in use by process ${holder.pid}`);
    await holder.kill();
    expect(existsSync(join(directory, 'outbox.pid'))).toBe(true);
    expect(openFile().file).toBeDefined();
  });

  it('gives no warning that SQLite is experimental, and swallows no other', () => {
    const module = new URL('../../src/sqlite.ts', import.meta.url).href;
    const script = `
      import { loadSqlite } from '${module}';
      new (loadSqlite().DatabaseSync)(':memory:').close();
      process.emitWarning('another');`;
    const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(stderr).toContain('Warning: another');
    expect(stderr).not.toContain('SQLite');
  });
});
