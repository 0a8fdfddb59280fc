import { randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Batch } from '../../src/push/batch.ts';
import type { Outbox } from '../../src/push/outbox.ts';
import { type OutboxFile, openOutboxFile } from '../../src/push/outbox-file.ts';
import { createOutboxRoom } from '../../src/push/outbox-room.ts';
import { createLogLines } from '../fakes/log-lines.ts';
import { batch } from './batches.ts';
import { createTestOutbox, drain } from './outboxes.ts';

const PLENTY = 2 ** 30;
const texts = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => `b${from + n}`);

let directory: string;
let file: OutboxFile | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'plimsoll-destinations-'));
});
afterEach(() => {
  crash();
  rmSync(directory, { recursive: true });
});

function crash(): void {
  file?.close();
  file = undefined;
}

function openFile(): OutboxFile {
  file = openOutboxFile({ directory, log: createLogLines().log, unixMs: Date.now })!;
  return file;
}

type Bounds = { readonly maxBytes?: number; readonly maxMemoryBytes?: number };

/** Two outboxes that share their room, and their file where there is one; what is put is put into both. */
function openBoth(into: OutboxFile | undefined, { maxBytes = PLENTY, maxMemoryBytes = PLENTY }: Bounds = {}) {
  const room = createOutboxRoom({ maxBytes, maxMemoryBytes });
  const open = (name: string) => createTestOutbox({ room, store: into?.store(name) });
  const both = [open('near'), open('far')] as const;
  const [near, far] = [both[0].outbox, both[1].outbox];
  let monotonicMs = both[0].clock.monotonicMs;
  const put = (each: Batch): void => {
    monotonicMs += 1;
    for (const { outbox, clock } of both) {
      clock.monotonicMs = monotonicMs;
      outbox.put(each);
    }
  };
  return { near, far, put, said: both.map((one) => one.texts) };
}

/** The receiver of this one is there: what comes is taken at once. */
function takeAll(outbox: Outbox): string[] {
  return drain(outbox);
}

function tables() {
  crash();
  const database = new DatabaseSync(join(directory, 'outbox.db'));
  const count = (table: string) => Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()!['n']);
  const counts = { bodies: count('body'), owed: count('owed') };
  database.close();
  return counts;
}

describe.each([
  ['on disk', openFile],
  ['in memory', () => undefined],
])('several destinations %s', (_, open) => {
  it('each get everything in order, each at its own pace', () => {
    const { near, far, put } = openBoth(open());
    const gotNear: string[] = [];
    for (const text of texts(1, 20)) {
      put(batch(text));
      gotNear.push(...takeAll(near));
    }
    expect(gotNear).toEqual(texts(1, 20));
    expect(near.state().batches).toBe(0);
    expect(far.state().batches).toBe(20);
    expect(drain(far)).toEqual(texts(1, 20));
  });

  it('of which one is away: its oldest batches make room, and the other loses nothing', () => {
    const { near, far, put, said } = openBoth(open(), { maxBytes: 30, maxMemoryBytes: 30 });
    const gotNear: string[] = [];
    // As many at once as a cycle may have: for a moment several wait for the near one, too.
    for (let n = 10; n <= 59; n += 5) {
      for (const text of texts(n, n + 4)) put(batch(text));
      gotNear.push(...takeAll(near));
    }
    expect(gotNear).toEqual(texts(10, 59));
    expect(near.state()).toMatchObject({ batches: 0, dropped: { full: 0 } });
    expect(far.state().dropped.full).toBeGreaterThanOrEqual(40);
    expect(said[0]!()).toEqual([]);
    expect(said[1]!()).toEqual([expect.stringMatching(/^outbox full/)]);
    expect(drain(far)).toEqual(texts(59 - (49 - far.state().dropped.full), 59));
  });

  it('that are both away share the room, and each counts what it was not given', () => {
    const { near, far, put } = openBoth(open(), { maxBytes: 30, maxMemoryBytes: 30 });
    for (const text of texts(10, 29)) put(batch(text));
    // One body of three bytes waits for both, and counts once.
    expect([near.state(), far.state()]).toMatchObject([
      { batches: 10, bytes: 30, dropped: { full: 10 } },
      { batches: 10, bytes: 30, dropped: { full: 10 } },
    ]);
    expect(drain(near)).toEqual(texts(20, 29));
    expect(drain(far)).toEqual(texts(20, 29));
  });

  it('keep the newest batch though it alone is larger than the room', () => {
    const { near, far, put } = openBoth(open(), { maxBytes: 3, maxMemoryBytes: 3 });
    put(batch('a'));
    put(batch('b'.repeat(30)));
    expect([drain(near), drain(far)]).toEqual([['b'.repeat(30)], ['b'.repeat(30)]]);
  });

  it('of which one wants smaller parts: the other still gets the whole', () => {
    const { near, far, put } = openBoth(open());
    put(batch('abcd'));
    put(batch('z'));
    far.replaced(far.peek()!, [batch('ab'), batch('cd')]);
    expect(drain(far)).toEqual(['ab', 'cd', 'z']);
    expect(drain(near)).toEqual(['abcd', 'z']);
  });
});

describe('the file of several destinations', () => {
  it('has each body once, until nobody is owed it', () => {
    const { near, far, put } = openBoth(openFile());
    for (const text of texts(1, 10)) put(batch(text));
    for (const outbox of [near, far]) outbox.postponed(outbox.peek()!);
    for (let n = 0; n < 4; n++) near.accepted(near.peek()!);
    far.accepted(far.peek()!);
    expect(tables()).toEqual({ bodies: 9, owed: 15 });
  });

  it('has it once too where one of them writes it later than the other', () => {
    const { near, far, put } = openBoth(openFile());
    put(batch('first'));
    takeAll(near);
    const late = batch('late');
    put(late);
    // On its way to the near one, and on disk for the far one.
    expect(far.state().batches).toBe(2);
    near.postponed(near.peek()!);
    expect(tables()).toEqual({ bodies: 1, owed: 2 });
  });

  it('never takes one body for another where the first was gone when it was written again', () => {
    const { near, far, put } = openBoth(openFile());
    put(batch('a'));
    far.postponed(far.peek()!);
    drain(far);
    far.put(batch('other'));
    far.postponed(far.peek()!);
    near.postponed(near.peek()!);
    expect([drain(near), drain(far)]).toEqual([['a'], ['other']]);
  });

  it('knows after a crash where each of them stood', () => {
    const first = openBoth(openFile());
    for (const text of texts(1, 10)) first.put(batch(text));
    for (const outbox of [first.near, first.far]) outbox.postponed(outbox.peek()!);
    for (let n = 0; n < 7; n++) first.near.accepted(first.near.peek()!);
    crash();
    const { near, far, put } = openBoth(openFile());
    put(batch('b11'));
    expect(drain(near)).toEqual(texts(8, 11));
    expect(drain(far)).toEqual(texts(1, 11));
  });

  it('gives up what waits for a destination that is no more, and tells how much', () => {
    const { near, far, put } = openBoth(openFile());
    for (const text of texts(1, 5)) put(batch(text));
    for (const outbox of [near, far]) outbox.close();
    near.accepted(near.peek()!);
    expect(file!.keepOnly(['near', 'new'])).toEqual(new Map([['far', { batches: 5, points: 5 }]]));
    expect(file!.keepOnly(['near', 'new'])).toEqual(new Map());
    expect(tables()).toEqual({ bodies: 4, owed: 4 });
    expect(drain(openBoth(openFile()).near)).toEqual(texts(2, 5));
  });
});

describe('a file of several destinations that breaks while it is used', () => {
  it('is begun anew for all of them, and each goes on with what can be read of the former and then with the new', () => {
    const { near, far, put } = openBoth(openFile());
    // Far more than SQLite keeps in memory.
    const large = (name: string): Batch => {
      const body = Buffer.concat([Buffer.from(name), randomBytes(500_000)]);
      return { ...batch(''), body, contentEncoding: 'gzip' };
    };
    for (let n = 0; n < 40; n++) put(large('old '));
    const path = join(directory, 'outbox.db');
    const { size } = statSync(path);
    const handle = openSync(path, 'r+');
    writeSync(handle, Buffer.alloc(size / 4, 0xa5), 0, size / 4, size / 2);
    closeSync(handle);

    while (near.state().dropped.unreadable === 0) near.accepted(near.peek()!);
    for (let n = 0; n < 5; n++) put(large('new '));
    for (const outbox of [near, far]) {
      const got = drain(outbox).map((text) => text.slice(0, 4));
      expect(got.slice(-6)).toEqual(['old ', ...Array.from({ length: 5 }, () => 'new ')]);
    }
    const { unreadable } = far.state().dropped;
    expect(unreadable).toBeGreaterThan(0);
    expect(unreadable).toBeLessThan(20);
    expect(readdirSync(directory).filter((name) => /set-aside/.test(name) && !/-(wal|shm)$/.test(name))).toHaveLength(
      1,
    );
  });
});
