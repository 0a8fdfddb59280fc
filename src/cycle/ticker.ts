import { sleep as realSleep, type Sleep } from '../sleep.ts';
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
  readonly sleep?: Sleep;
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
  sleep = realSleep,
}: TickerOptions): Ticker {
  const stopping = new AbortController();
  let loop: Promise<void> | undefined;

  async function repeat(): Promise<void> {
    await sleep(random() * firstJitterMs, stopping.signal);
    if (!stopping.signal.aborted) await run();
    // The wall clock gives the phase once; from then on only the clock that never steps counts.
    let next = monotonicMs() + untilNextMs(unixMs(), intervalMs, phaseMs);
    while (!stopping.signal.aborted) {
      await sleep(next - monotonicMs(), stopping.signal);
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
