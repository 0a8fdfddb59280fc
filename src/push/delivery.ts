import type { Logger } from 'pino';
import { sleep as realSleep, type Sleep } from '../sleep.ts';
import { waitMs } from './backoff.ts';
import type { Batch, SendOutcome } from './batch.ts';
import type { Outbox } from './outbox.ts';

export type DeliveryOptions = {
  readonly outbox: Outbox;
  readonly send: (batch: Batch) => Promise<SendOutcome>;
  /** Two batches in place of one that is too large for the receiver; undefined where it cannot be divided. */
  readonly halve: (batch: Batch) => Promise<readonly Batch[] | undefined>;
  /** Where batches go, for the log; without credentials. */
  readonly destination: string;
  readonly log: Logger;
  readonly random?: () => number;
  readonly sleep?: Sleep;
};

export type DeliveryState = {
  /** Why the last attempt failed; absent while all is well. */
  readonly trouble?: string;
  readonly acceptedBatches: number;
  readonly rejectedPoints: number;
};

export type Delivery = {
  /** Sends what waits, if it is not already being sent. */
  wake(): void;
  /** Waits until the outbox is empty or the time is up; answers whether it is empty. */
  flush(timeoutMs: number): Promise<boolean>;
  state(): DeliveryState;
  /** Ends the loop; what still waits stays in the outbox. */
  close(): Promise<void>;
};

const HTTP_TOO_LARGE = 413;

/**
 * Drains the outbox in order, one request in flight. A batch that cannot be sent now is tried again until it is
 * accepted or refused, so that a back-end sees the time of each series go forward.
 */
export function createDelivery({
  outbox,
  send,
  halve,
  destination,
  log,
  random = Math.random,
  sleep = realSleep,
}: DeliveryOptions): Delivery {
  const closing = new AbortController();
  let running: Promise<void> | undefined;
  let pausing = new AbortController();
  let trouble: string | undefined;
  let remark: string | undefined;
  let tooLarge = false;
  let acceptedBatches = 0;
  let rejectedPoints = 0;

  async function drain(): Promise<void> {
    for (let failures = 0; !closing.signal.aborted; ) {
      const batch = outbox.peek();
      if (!batch) return;
      const outcome = await send(batch);
      if (outcome.status !== 'retryable') {
        failures = 0;
        if (!(await sendInParts(batch, outcome))) settle(batch, outcome);
        continue;
      }
      failures += 1;
      outbox.postponed(batch);
      if (!closing.signal.aborted) noteTrouble(`cannot push, will try again: ${outcome.reason}`);
      pausing = new AbortController();
      const cut = AbortSignal.any([closing.signal, pausing.signal]);
      await sleep(waitMs(failures, random(), outcome.retryAfterMs), cut);
    }
  }

  /** Whether the batch is too large for the receiver and its halves now stand in its place. */
  async function sendInParts(batch: Batch, outcome: SendOutcome): Promise<boolean> {
    if (outcome.status !== 'refused' || outcome.httpStatus !== HTTP_TOO_LARGE) return false;
    const halves = await halve(batch);
    if (!halves) return false;
    outbox.replaced(batch, halves);
    if (!tooLarge) log.warn({ destination }, `batches are sent in parts: ${outcome.reason}`);
    tooLarge = true;
    return true;
  }

  function settle(batch: Batch, outcome: Exclude<SendOutcome, { status: 'retryable' }>): void {
    if (outcome.status === 'refused') {
      outbox.dropped(batch, 'rejected');
      noteTrouble(`batches are refused and given up: ${outcome.reason}`);
      return;
    }
    outbox.accepted(batch);
    acceptedBatches += 1;
    rejectedPoints += outcome.rejectedPointCount;
    if (trouble !== undefined) log.info({ destination, waiting: outbox.state().batches }, 'pushing again');
    trouble = undefined;
    noteRemark(outcome);
  }

  /** What a receiver says of batches that it took: likewise one line when it changes. */
  function noteRemark({ rejectedPointCount: points, message }: Extract<SendOutcome, { status: 'accepted' }>): void {
    const refused = `the receiver refused points: ${message ?? 'it gave no reason'}`;
    const text = points > 0 ? refused : message && `the receiver says: ${message}`;
    if (text && text !== remark) log.warn({ destination, ...(points > 0 && { points }) }, text);
    remark = text;
  }

  /** One line when it begins and when its reason changes, not one for each attempt. */
  function noteTrouble(text: string): void {
    if (trouble !== text) log.warn({ destination }, text);
    trouble = text;
  }

  function wake(): void {
    running ??= drain().finally(() => {
      running = undefined;
    });
  }

  return {
    wake,
    async flush(timeoutMs) {
      // A last attempt is made at once, however long the pause would have been.
      pausing.abort();
      wake();
      const done = new AbortController();
      await Promise.race([running, sleep(timeoutMs, done.signal)]);
      done.abort();
      return outbox.state().batches === 0;
    },
    state: () => ({ acceptedBatches, rejectedPoints, ...(trouble !== undefined && { trouble }) }),
    async close() {
      closing.abort();
      await running;
    },
  };
}
