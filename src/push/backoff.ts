const FIRST_MS = 1_000;
const FACTOR = 1.5;
const LAST_MS = 30_000;
const JITTER = 0.2;

/**
 * How long to wait after so many failures in a row: 1 s, growing by half each time up to 30 s, give or take a fifth so
 * that many agents do not come back in the same moment. `random` is of [0, 1).
 */
export function backoffMs(failures: number, random: number): number {
  const base = Math.min(LAST_MS, FIRST_MS * FACTOR ** (failures - 1));
  return base * (1 + JITTER * (2 * random - 1));
}

/** Longer than this no receiver is waited for: it may have come back, or its clock may be wrong. */
const LONGEST_RETRY_AFTER_MS = 600_000;

/** Upwards only: the receiver is not asked before it wants to be, and not by all agents in the same moment. */
const RETRY_AFTER_JITTER = 0.1;

/**
 * How long to wait when the receiver may have said it itself (`Retry-After`). A time of zero or in the past is no
 * answer, since it would let the agent try without a pause.
 */
export function waitMs(failures: number, random: number, retryAfterMs = 0): number {
  if (retryAfterMs <= 0) return backoffMs(failures, random);
  return Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS) * (1 + RETRY_AFTER_JITTER * random);
}
