import { setTimeout as sleep } from 'node:timers/promises';
import { untilNextMs } from './phase.ts';

export type TickerOptions = {
  readonly intervalMs: number;
  readonly phaseMs: number;
  /** Up to this long before the first cycle. */
  readonly firstJitterMs: number;
  /** One cycle. It must not reject. */
  readonly run: () => Promise<void>;
  readonly unixMs: () => number;
  readonly monotonicMs: () => number;
  readonly random?: () => number;
};

export type Ticker = {
  start(): void;
  /** Ends the loop and waits for the cycle that is running. */
  stop(): Promise<void>;
};

/** The one timer: the first cycle at once, then one an interval in the host's phase. A cycle never overlaps the next. */
export function createTicker({
  intervalMs,
  phaseMs,
  firstJitterMs,
  run,
  unixMs,
  monotonicMs,
  random = Math.random,
}: TickerOptions): Ticker {
  const stopping = new AbortController();
  let loop: Promise<void> | undefined;

  async function wait(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: stopping.signal }).catch((error: unknown) => {
      if (!stopping.signal.aborted) throw error;
    });
  }

  async function repeat(): Promise<void> {
    await wait(random() * firstJitterMs);
    if (!stopping.signal.aborted) await run();
    // The wall clock gives the phase once; from then on only the clock that never steps counts.
    let next = monotonicMs() + untilNextMs(unixMs(), intervalMs, phaseMs);
    while (!stopping.signal.aborted) {
      await wait(next - monotonicMs());
      if (stopping.signal.aborted) return;
      await run();
      // Turns that a long cycle or a suspended machine has missed are skipped, not made up for.
      const missed = Math.max(0, Math.floor((monotonicMs() - next) / intervalMs));
      next += (missed + 1) * intervalMs;
    }
  }

  return {
    start() {
      loop ??= repeat();
    },
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}
