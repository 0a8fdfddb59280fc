import type { Logger } from 'pino';
import { sleep as realSleep, type Sleep } from '../sleep.ts';
import { waitMs } from './backoff.ts';
import type { Batch, SendOutcome } from './batch.ts';
import { createDeliveryLog } from './delivery-log.ts';
import type { Outbox } from './outbox.ts';

export type DeliveryOptions = {
  readonly outbox: Outbox;
  readonly send: (batch: Batch) => Promise<SendOutcome>;
  /** Two batches in place of one that is too large for the receiver; undefined where it cannot be divided. */
  readonly halve: (batch: Batch) => Promise<readonly Batch[] | undefined>;
  /** Where batches go, for the log; without credentials. */
  readonly destination: string;
  readonly log: Logger;
  readonly onAttempt?: (attempt: Attempt) => void;
  readonly random?: () => number;
  readonly sleep?: Sleep;
  readonly monotonicMs?: () => number;
};

/** One request, from its first byte to its outcome. */
export type Attempt = { readonly seconds: number } & AttemptResult;

/** Without an error it was a full success. */
type AttemptResult = { readonly errorType?: string; readonly httpStatus?: number };

export type DeliveryState = {
  /** Why the last attempt failed; absent while all is well. */
  readonly trouble?: string;
  readonly acceptedBatches: number;
  readonly acceptedPoints: number;
  /** Points that the receiver did not want, by error.type. */
  readonly failedPoints: ReadonlyMap<string, number>;
  /** Points of the batch that is being sent, its pauses included. */
  readonly inflightPoints: number;
};

export type Delivery = {
  /** Sends what waits, if it is not already being sent. */
  wake(): void;
  /** Waits until the outbox is empty or the time is up; answers whether it is empty. */
  flush(timeoutMs: number): Promise<boolean>;
  /** When the attempt that is underway has ended and the outbox knows its outcome; at once where there is none. */
  settled(): Promise<void>;
  state(): DeliveryState;
  /** Ends the loop; what still waits stays in the outbox. */
  close(): Promise<void>;
};

const HTTP_TOO_LARGE = 413;
/** Of points that were refused in a request that was taken, as the semantic conventions have it. */
const REJECTED = 'rejected';
const MS_PER_SECOND = 1000;

/**
 * Drains the outbox in order, one request in flight. A batch that cannot be sent now is tried again until it is
 * accepted or refused, so that a back-end sees the time of each series go forward.
 */
export function createDelivery(options: DeliveryOptions): Delivery {
  const { outbox, send, halve, random = Math.random, sleep = realSleep } = options;
  const monotonicMs = options.monotonicMs ?? (() => performance.now());
  const say = createDeliveryLog({ ...options, monotonicMs });
  const closing = new AbortController();
  let isDraining = false;
  let running: Promise<void> = Promise.resolve();
  let pausing = new AbortController();
  let attempt = Promise.withResolvers<void>();
  let trouble: string | undefined;
  let acceptedBatches = 0;
  let acceptedPoints = 0;
  let inflightPoints = 0;
  const failedPoints = new Map<string, number>();

  async function drain(): Promise<void> {
    try {
      for (let failures = 0; !closing.signal.aborted; ) {
        const batch = outbox.peek();
        if (!batch) return;
        inflightPoints = batch.pointCount;
        const outcome = await timed(batch);
        if (outcome.status !== 'retryable') {
          failures = 0;
          if (!(await sendInParts(batch, outcome))) settle(batch, outcome);
          endAttempt();
          continue;
        }
        failures += 1;
        outbox.postponed(batch);
        if (!closing.signal.aborted) noteTrouble(`cannot push, will try again: ${outcome.reason}`);
        endAttempt();
        pausing = new AbortController();
        const cut = AbortSignal.any([closing.signal, pausing.signal]);
        await sleep(waitMs(failures, random(), outcome.retryAfterMs), cut);
      }
    } finally {
      // At once: who was told of the end of the last attempt may have put the next batch already.
      isDraining = false;
      inflightPoints = 0;
    }
  }

  async function timed(batch: Batch): Promise<SendOutcome> {
    const startedMs = monotonicMs();
    const outcome = await send(batch);
    options.onAttempt?.({ seconds: (monotonicMs() - startedMs) / MS_PER_SECOND, ...resultOf(outcome) });
    return outcome;
  }

  function endAttempt(): void {
    const ended = attempt;
    attempt = Promise.withResolvers();
    ended.resolve();
  }

  /** Whether the batch is too large for the receiver and its halves now stand in its place. */
  async function sendInParts(batch: Batch, outcome: SendOutcome): Promise<boolean> {
    if (outcome.status !== 'refused' || outcome.httpStatus !== HTTP_TOO_LARGE) return false;
    const halves = await halve(batch);
    if (!halves) return false;
    outbox.replaced(batch, halves);
    say.inParts(outcome.reason);
    return true;
  }

  function settle(batch: Batch, outcome: Exclude<SendOutcome, { status: 'retryable' }>): void {
    if (outcome.status === 'refused') {
      outbox.dropped(batch, 'rejected');
      countFailed(outcome.errorType ?? REJECTED, batch.pointCount);
      noteTrouble(`batches are refused and given up: ${outcome.reason}`);
      return;
    }
    const { rejectedPointCount: rejected, message } = outcome;
    outbox.accepted(batch);
    acceptedBatches += 1;
    acceptedPoints += batch.pointCount - rejected;
    if (rejected > 0) countFailed(REJECTED, rejected);
    say.over(outbox.state().batches);
    trouble = undefined;
    const refused = `the receiver refused points: ${message ?? 'it gave no reason'}`;
    say.remark(rejected > 0 ? refused : message && `the receiver says: ${message}`, rejected);
  }

  function countFailed(errorType: string, points: number): void {
    failedPoints.set(errorType, (failedPoints.get(errorType) ?? 0) + points);
  }

  function noteTrouble(text: string): void {
    say.trouble(text);
    trouble = text;
  }

  function wake(): void {
    if (isDraining) return;
    isDraining = true;
    running = drain();
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
    settled: () => (isDraining ? attempt.promise : Promise.resolve()),
    state: () => ({
      acceptedBatches,
      acceptedPoints,
      failedPoints: new Map(failedPoints),
      inflightPoints,
      ...(trouble !== undefined && { trouble }),
    }),
    async close() {
      closing.abort();
      await running;
    },
  };
}

function resultOf(outcome: SendOutcome): AttemptResult {
  const { httpStatus } = outcome;
  const isRejected = outcome.status === 'accepted' && outcome.rejectedPointCount > 0;
  const errorType = outcome.status === 'accepted' ? isRejected && REJECTED : outcome.errorType;
  return { ...(errorType && { errorType }), ...(httpStatus !== undefined && { httpStatus }) };
}
