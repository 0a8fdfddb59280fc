import type { Sleep } from '../sleep.ts';
import { sleep as realSleep } from '../sleep.ts';
import type { Batch } from './batch.ts';
import type { Delivery } from './delivery.ts';
import type { Outbox } from './outbox.ts';

export type HandoverOptions = {
  readonly outbox: Pick<Outbox, 'put' | 'awaitsFirstAnswer'>;
  readonly delivery: Pick<Delivery, 'wake' | 'settled'>;
  /** In each of these spans, batches wait for so long in all. */
  readonly spanMs: number;
  readonly patienceMs: number;
  readonly monotonicMs: () => number;
  readonly sleep?: Sleep;
};

export type Handover = {
  /** Resolves when the outbox has the batch. */
  deliver(batch: Batch): Promise<void>;
  /** Nothing waits any longer: what did is put now. */
  close(): void;
};

/**
 * The way of a batch into the outbox: one at a time while all is well, so that none has to be written to the disk. A batch
 * that is made while the one before it is on its way for the first time waits, outside the outbox, until that one is
 * answered. It is as much in the making as what its cycle has not read yet, and the outbox's promise for what it has taken
 * is the same as without it: docs/adr/0018.
 */
export function createHandover(options: HandoverOptions): Handover {
  const { outbox, delivery, spanMs, patienceMs, monotonicMs, sleep = realSleep } = options;
  const closing = new AbortController();
  let spanFromMs = Number.NEGATIVE_INFINITY;
  let waitedMs = 0;
  /** Those that wait together are counted together. */
  let waiting = 0;
  let waitingFromMs = 0;

  function leftMs(): number {
    const now = monotonicMs();
    if (now - spanFromMs >= spanMs) {
      spanFromMs = now;
      waitedMs = 0;
    }
    return closing.signal.aborted ? 0 : patienceMs - waitedMs - (waiting > 0 ? ongoingMs(now) : 0);
  }

  const ongoingMs = (now: number): number => now - Math.max(waitingFromMs, spanFromMs);

  async function untilAnswered(forMs: number): Promise<void> {
    if (waiting === 0) waitingFromMs = monotonicMs();
    waiting += 1;
    const answered = new AbortController();
    await Promise.race([delivery.settled(), sleep(forMs, AbortSignal.any([closing.signal, answered.signal]))]);
    answered.abort();
    waiting -= 1;
    if (waiting === 0) waitedMs += ongoingMs(monotonicMs());
  }

  return {
    async deliver(batch) {
      while (outbox.awaitsFirstAnswer()) {
        const left = leftMs();
        if (left <= 0) break;
        await untilAnswered(left);
      }
      outbox.put(batch);
      delivery.wake();
    },
    close: () => closing.abort(),
  };
}
