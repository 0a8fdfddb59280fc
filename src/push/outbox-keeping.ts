import type { Logger } from 'pino';
import type { Batch } from './batch.ts';
import type { BatchStore, NewBatch } from './batch-store.ts';
import type { BodyKey, Pool } from './outbox-room.ts';

/** A batch in its place. */
export type Entry = {
  readonly position: number;
  readonly span: number;
  /** When it was put, by both clocks: the first outlives the process, the second is never set. */
  readonly putAtMs: number;
  readonly putMonotonicMs: number;
  readonly body: BodyKey;
  readonly bytes: number;
  readonly pointCount: number;
  /** Absent where it is on disk only. */
  batch?: Batch;
  /** `fresh`: it is being sent for the first time and may never need the disk. */
  status: 'fresh' | 'unsaved' | 'saved';
};

/** What keeps the entries of an outbox on disk, as far as there is one and it takes them. */
export type Keeping = {
  /** What a former process left, oldest first. */
  load(now: { readonly unixMs: number; readonly monotonicMs: number }): Entry[];
  read(entry: Entry): Batch | undefined;
  /** A new batch, which is in memory for now. */
  hold(entry: Entry): void;
  /** Writes all that is unsaved. */
  save(entries: readonly Entry[]): void;
  replace(whole: Entry, parts: readonly Entry[]): void;
  forget(entry: Entry): void;
  writeErrors(): number;
};

/** Trouble of the disk is said when it begins and when it ends, counted each time, and never thrown. */
export function createKeeping({
  store,
  memory,
  log,
}: {
  readonly store: BatchStore | undefined;
  /** What is not on disk is counted here. */
  readonly memory: Pool;
  readonly log: Logger;
}): Keeping {
  /** On disk, though done with: the disk did not take their removal. */
  let leftovers: number[] = [];
  let savedCount = 0;
  /** Whether the file may be larger than what is in it. */
  let hasRoom = store !== undefined;
  let writeErrors = 0;
  let inTrouble = false;

  function change(added: readonly Entry[], removed: readonly number[] = []): void {
    if (!store) return;
    leftovers.push(...removed);
    if (leftovers.length === 0 && added.length === 0) return;
    try {
      store.change(leftovers, added.map(toNewBatch));
      leftovers = [];
    } catch (error) {
      writeErrors += 1;
      if (!inTrouble) log.error(`${CANNOT_WRITE}: ${(error as Error).message}`);
      inTrouble = true;
      return;
    }
    for (const entry of added) {
      entry.status = 'saved';
      memory.leave(entry.body);
      // It is read again when its turn comes: what waits long shall not fill the memory.
      delete entry.batch;
    }
    savedCount += added.length;
    if (inTrouble) log.info('the outbox can be written again');
    inTrouble = false;
  }

  function shrink(): void {
    try {
      hasRoom = store?.shrink() ?? false;
    } catch (error) {
      log.debug({ err: error }, 'the file of the outbox keeps its size');
    }
  }

  return {
    load({ unixMs, monotonicMs }) {
      const entries = (store?.list() ?? []).map((stored): Entry => {
        const ageMs = Math.max(0, unixMs - stored.putAtMs);
        return { ...stored, putMonotonicMs: monotonicMs - ageMs, status: 'saved' };
      });
      savedCount = entries.length;
      return entries;
    },
    read(entry) {
      try {
        return store?.read(entry.position);
      } catch (error) {
        log.error({ err: error }, 'a batch of the outbox cannot be read');
        return undefined;
      }
    },
    hold: ({ body, bytes }) => memory.enter(body, bytes),
    save(entries) {
      // One by one: what the disk still takes is safe though it does not take all.
      for (const entry of entries) {
        if (entry.status !== 'unsaved') continue;
        change([entry]);
        if (inTrouble) return;
      }
    },
    replace(whole, parts) {
      if (whole.status !== 'saved') {
        memory.leave(whole.body);
        return;
      }
      savedCount -= 1;
      change(parts, [whole.position]);
    },
    forget(entry) {
      if (entry.status === 'saved') {
        savedCount -= 1;
        hasRoom = true;
        change([], [entry.position]);
      } else memory.leave(entry.body);
      // Not while it drains, when the room at the front could only be given back by moving what is behind it.
      if (hasRoom && savedCount === 0 && leftovers.length === 0) shrink();
    },
    writeErrors: () => writeErrors,
  };
}

const CANNOT_WRITE =
  'the outbox cannot be written, what waits is kept in memory (up to outbox.maxMemoryBytes) until it can';

function toNewBatch({ position, span, putAtMs, batch }: Entry): NewBatch {
  if (!batch) throw new Error(`BUG: the batch at ${position} is gone`);
  return { position, span, putAtMs, batch };
}
