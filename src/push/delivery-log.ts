import type { Logger } from 'pino';
import { LIMITS } from '../limits.ts';

export type DeliveryLogOptions = {
  readonly log: Logger;
  /** Where batches go; without credentials. */
  readonly destination: string;
  readonly monotonicMs: () => number;
};

/** What is said of sending: one line when something begins, changes or ends, and not one for each attempt. */
export type DeliveryLog = {
  trouble(text: string): void;
  /** Batches are accepted again. */
  over(waiting: number): void;
  /** What a receiver says of a batch that it took, if anything. */
  remark(text: string | undefined, points: number): void;
  inParts(reason: string): void;
};

const WINDOW_MS = 60_000;

/** A receiver that says something else each time does not fill the log: its lines are bounded in each minute. */
export function createDeliveryLog({ log, destination, monotonicMs }: DeliveryLogOptions): DeliveryLog {
  let lastTrouble: string | undefined;
  let isTroubleSaid = false;
  let lastRemark: string | undefined;
  let isInParts = false;
  let windowFromMs = Number.NEGATIVE_INFINITY;
  let lines = 0;
  let leftOut = 0;

  /** Whether there was a line left. */
  function warn(text: string, facts: object = {}): boolean {
    const now = monotonicMs();
    if (now - windowFromMs >= WINDOW_MS) {
      windowFromMs = now;
      lines = 0;
    }
    if (lines >= LIMITS.deliveryLines.max) {
      leftOut += 1;
      return false;
    }
    lines += 1;
    log.warn({ destination, ...facts, ...(leftOut > 0 && { linesLeftOut: leftOut }) }, text);
    leftOut = 0;
    return true;
  }

  return {
    trouble(text) {
      if (text !== lastTrouble && warn(text)) isTroubleSaid = true;
      lastTrouble = text;
    },
    over(waiting) {
      if (isTroubleSaid) log.info({ destination, waiting }, 'pushing again');
      lastTrouble = undefined;
      isTroubleSaid = false;
    },
    remark(text, points) {
      if (text !== undefined && text !== lastRemark) warn(text, points > 0 ? { points } : {});
      lastRemark = text;
    },
    inParts(reason) {
      if (!isInParts) warn(`batches are sent in parts: ${reason}`);
      isInParts = true;
    },
  };
}
