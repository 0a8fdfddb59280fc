import type { Logger } from 'pino';
import type { Batch } from './batch.ts';
import type { BatchStore } from './batch-store.ts';
import { createKeeping, type Entry } from './outbox-keeping.ts';
import type { OutboxRoom } from './outbox-room.ts';

/** `unreadable`: it was on disk, and could not be read again. */
export type DropReason = 'full' | 'expired' | 'rejected' | 'unreadable';

/** Batches that wait to be sent, oldest first. */
export type Outbox = {
  /** When it has returned, a batch that does not come first is safe on disk, where the disk can be written. */
  put(batch: Batch): void;
  /** The oldest batch, which stays until it is removed. */
  peek(): Batch | undefined;
  /** Takes it out: it was accepted. */
  accepted(batch: Batch): void;
  /** Takes it out and counts it as given up. */
  dropped(batch: Batch, reason: DropReason): void;
  /** It could not be sent now: from here on it is kept on disk. */
  postponed(batch: Batch): void;
  /** Puts these parts of it in its place. */
  replaced(batch: Batch, parts: readonly Batch[]): void;
  state(): OutboxState;
  /** Whether the next batch would be the first to touch the disk, and need not if it came later. */
  awaitsFirstAnswer(): boolean;
  /** Writes what is not on disk yet. Nothing may be called after it but `state`. */
  close(): void;
};

export type OutboxState = {
  readonly batches: number;
  readonly bytes: number;
  /** How long the oldest batch has waited; 0 where none does. */
  readonly oldestAgeMs: number;
  /** Batches given up since the start, by reason. */
  readonly dropped: Readonly<Record<DropReason, number>>;
  /** Their points. */
  readonly droppedPoints: Readonly<Record<DropReason, number>>;
  /** Attempts to open or write the file that failed, since the start. */
  readonly writeErrors: number;
};

const NONE_DROPPED: OutboxState['dropped'] = { full: 0, expired: 0, rejected: 0, unreadable: 0 };

export const EMPTY_OUTBOX: OutboxState = {
  batches: 0,
  bytes: 0,
  oldestAgeMs: 0,
  dropped: NONE_DROPPED,
  droppedPoints: NONE_DROPPED,
  writeErrors: 0,
};

export type OutboxOptions = {
  /** Where batches wait; without it they wait in memory. */
  readonly store?: BatchStore | undefined;
  /** Attempts to open it that failed. */
  readonly openErrors?: number;
  /** Where it finds room beside the other destinations. */
  readonly room: OutboxRoom;
  readonly maxAgeMs: number;
  readonly unixMs: () => number;
  readonly monotonicMs: () => number;
  readonly log: Logger;
};

/** Distance of two positions: room for halving a batch again and again. */
const SPAN = 2 ** 20;

/**
 * A queue in order. A batch that comes while none waits is held in memory and touches the disk only when sending it
 * failed; every other is written when it comes (handover.ts lets few come then). What the disk does not take stays in
 * memory, in its place.
 */
export function createOutbox(options: OutboxOptions): Outbox {
  const { store, openErrors = 0, room, maxAgeMs, monotonicMs, unixMs, log } = options;
  const keeping = createKeeping({ store, memory: room.memory, log });
  const known = new WeakMap<Batch, Entry>();
  const dropped: Record<DropReason, number> = { ...NONE_DROPPED };
  const droppedPoints: Record<DropReason, number> = { ...NONE_DROPPED };
  const said = new Set<DropReason>();
  const entries = keeping.load({ unixMs: unixMs(), monotonicMs: monotonicMs() });
  for (const entry of entries) room.all.enter(entry.body, entry.bytes);
  let bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  let nextPosition = (entries.at(-1)?.position ?? 0) + SPAN;

  function newEntry(batch: Batch, place: Pick<Entry, 'position' | 'span' | 'putAtMs' | 'putMonotonicMs'>): Entry {
    const { pointCount } = batch;
    const body = store?.bodyOf(batch) ?? batch;
    const entry: Entry = { ...place, body, bytes: batch.body.length, pointCount, batch, status: 'unsaved' };
    known.set(batch, entry);
    bytes += entry.bytes;
    room.all.enter(body, entry.bytes);
    keeping.hold(entry);
    return entry;
  }

  function remove(entry: Entry): boolean {
    // It may have been given up for want of room while it was being sent.
    const index = entries.indexOf(entry);
    if (index < 0) return false;
    entries.splice(index, 1);
    bytes -= entry.bytes;
    room.all.leave(entry.body);
    keeping.forget(entry);
    if (entries.length === 0) said.clear();
    return true;
  }

  function giveUp(entry: Entry, reason: DropReason): void {
    if (!remove(entry)) return;
    dropped[reason] += 1;
    droppedPoints[reason] += entry.pointCount;
    // A batch that the receiver refuses is said by who sent it.
    if (reason === 'rejected' || said.has(reason)) return;
    said.add(reason);
    log.warn({ points: entry.pointCount }, `${WHY[reason]}; further ones are counted in plimsoll.outbox.dropped`);
  }

  /** What is on disk stays there, though it is older: giving it up would make no room in memory. */
  function inMemory(): readonly Entry[] {
    return entries.filter(({ status }) => status !== 'saved');
  }

  // The newest stays, though it alone is larger than the room.
  for (const [pool, candidates] of [
    [room.all, () => entries],
    [room.memory, inMemory],
  ] as const) {
    pool.join({
      oldestMs: () => (candidates().length > 1 ? candidates()[0]?.putMonotonicMs : undefined),
      giveUpOldest: () => giveUp(candidates()[0]!, 'full'),
    });
  }

  function trim(): void {
    const oldest = monotonicMs() - maxAgeMs;
    while (entries[0] && entries[0].putMonotonicMs < oldest) giveUp(entries[0], 'expired');
    room.all.trim();
  }

  function save(): void {
    trim();
    keeping.save(entries);
    room.memory.trim();
  }

  return {
    put(batch) {
      const place = { position: nextPosition, span: SPAN, putAtMs: unixMs(), putMonotonicMs: monotonicMs() };
      nextPosition += SPAN;
      const entry = newEntry(batch, place);
      if (entries.length === 0) entry.status = 'fresh';
      entries.push(entry);
      save();
    },
    peek() {
      trim();
      for (let first = entries[0]; first; first = entries[0]) {
        const batch = first.batch ?? keeping.read(first);
        if (batch) {
          known.set(batch, first);
          return batch;
        }
        giveUp(first, 'unreadable');
      }
      return undefined;
    },
    accepted(batch) {
      remove(known.get(batch)!);
    },
    dropped(batch, reason) {
      giveUp(known.get(batch)!, reason);
    },
    postponed(batch) {
      const entry = known.get(batch);
      if (entry?.status === 'fresh') entry.status = 'unsaved';
      save();
    },
    replaced(batch, parts) {
      const whole = known.get(batch)!;
      const index = entries.indexOf(whole);
      if (index < 0) return;
      const span = Math.floor((whole.span - 1) / parts.length);
      if (span < 1) {
        giveUp(whole, 'rejected');
        return;
      }
      const added = parts.map((part, n) => newEntry(part, { ...whole, position: whole.position + 1 + n * span, span }));
      entries.splice(index, 1, ...added);
      bytes -= whole.bytes;
      room.all.leave(whole.body);
      keeping.replace(whole, added);
      room.memory.trim();
    },
    state: () => ({
      batches: entries.length,
      bytes,
      oldestAgeMs: entries[0] ? Math.max(0, monotonicMs() - entries[0].putMonotonicMs) : 0,
      dropped: { ...dropped },
      droppedPoints: { ...droppedPoints },
      writeErrors: openErrors + keeping.writeErrors(),
    }),
    awaitsFirstAnswer: () => store !== undefined && entries.length === 1 && entries[0]?.status === 'fresh',
    close() {
      for (const entry of entries) if (entry.status === 'fresh') entry.status = 'unsaved';
      keeping.save(entries);
    },
  };
}

const WHY: Readonly<Record<DropReason, string>> = {
  full: 'outbox full (outbox.maxBytes, outbox.maxMemoryBytes): the oldest batch is given up',
  expired: 'a batch waited longer than outbox.maxAgeSeconds: it is given up',
  rejected: 'a batch is refused: it is given up',
  unreadable: 'a batch cannot be read from the disk again: it is given up',
};
