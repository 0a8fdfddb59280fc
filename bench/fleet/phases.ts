import { phaseMs } from '../../src/cycle/phase.ts';
import { createTicker } from '../../src/cycle/ticker.ts';
import { createRandom } from './random.ts';

export type PhasesOptions = {
  readonly agents: number;
  readonly intervalMs: number;
  readonly cycles: number;
  readonly firstJitterMs: number;
};

export type Phases = {
  /** Cycles in the second that had most, over those of a mean second; the first interval left out. */
  readonly peakOverMean: number;
  /** Likewise, of the first second of agents that were all started in the same moment. */
  readonly firstSecondOverMean: number;
};

const MS_PER_SECOND = 1000;
const START_MS = Date.UTC(2026, 0, 1);

/** When agents run their cycles, of which each ends with a push: by the agent's own ticker and phase, all started at once. */
export async function simulatePhases(options: PhasesOptions): Promise<Phases> {
  const { agents, intervalMs, cycles } = options;
  const bySecond = new Map<number, number>();
  for (let agent = 0; agent < agents; agent++) {
    for (const atMs of await cycleTimes(`host-${agent}`, createRandom(agent), options)) {
      const second = Math.floor((atMs - START_MS) / MS_PER_SECOND);
      bySecond.set(second, (bySecond.get(second) ?? 0) + 1);
    }
  }
  const mean = (agents * MS_PER_SECOND) / intervalMs;
  const seconds = intervalMs / MS_PER_SECOND;
  // Until the second interval there are first cycles among them, and in the last some agents have stopped already.
  const steady = [...bySecond].filter(([second]) => second >= seconds && second < (cycles - 1) * seconds);
  const peak = Math.max(...steady.map(([, count]) => count));
  return { peakOverMean: peak / mean, firstSecondOverMean: (bySecond.get(0) ?? 0) / mean };
}

async function cycleTimes(host: string, random: () => number, options: PhasesOptions): Promise<readonly number[]> {
  const { intervalMs, firstJitterMs, cycles } = options;
  const times: number[] = [];
  let nowMs = START_MS;
  const done = Promise.withResolvers<void>();
  const ticker = createTicker({
    intervalMs,
    phaseMs: phaseMs(host, intervalMs),
    firstJitterMs,
    random,
    unixMs: () => nowMs,
    monotonicMs: () => nowMs - START_MS,
    sleep: async (ms) => {
      nowMs += ms;
    },
    run: async () => {
      times.push(nowMs);
      if (times.length === cycles) done.resolve(ticker.stop());
    },
  });
  ticker.start();
  await done.promise;
  return times;
}
