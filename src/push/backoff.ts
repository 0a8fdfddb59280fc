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
