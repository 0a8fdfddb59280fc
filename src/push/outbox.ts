import type { Batch } from './batch.ts';

export type DropReason = 'full' | 'expired' | 'rejected';

/** Batches that wait to be sent, oldest first. */
export type Outbox = {
  put(batch: Batch): void;
  /** The oldest batch, which stays until it is removed. */
  peek(): Batch | undefined;
  /** Takes out the oldest batch: it was accepted. */
  accepted(batch: Batch): void;
  /** Takes it out and counts it as given up. */
  dropped(batch: Batch, reason: DropReason): void;
  state(): OutboxState;
};

export type OutboxState = {
  readonly batches: number;
  readonly bytes: number;
  /** Batches given up since the start, by reason. */
  readonly dropped: Readonly<Record<DropReason, number>>;
};

export type OutboxOptions = {
  /** Bytes of bodies that may wait; beyond it the oldest are given up. */
  readonly maxBytes: number;
  /** Called for each batch that is given up for want of room. */
  readonly onFull: (batch: Batch) => void;
};

/** An outbox in memory. */
export function createMemoryOutbox({ maxBytes, onFull }: OutboxOptions): Outbox {
  const waiting: Batch[] = [];
  const dropped: Record<DropReason, number> = { full: 0, expired: 0, rejected: 0 };
  let bytes = 0;

  function remove(batch: Batch): boolean {
    // It may have been given up for want of room while it was being sent.
    const index = waiting.indexOf(batch);
    if (index < 0) return false;
    waiting.splice(index, 1);
    bytes -= batch.body.length;
    return true;
  }

  return {
    put(batch) {
      waiting.push(batch);
      bytes += batch.body.length;
      while (bytes > maxBytes && waiting.length > 1) {
        const oldest = waiting[0]!;
        remove(oldest);
        dropped.full += 1;
        onFull(oldest);
      }
    },
    peek: () => waiting[0],
    accepted(batch) {
      remove(batch);
    },
    dropped(batch, reason) {
      if (remove(batch)) dropped[reason] += 1;
    },
    state: () => ({ batches: waiting.length, bytes, dropped: { ...dropped } }),
  };
}
