import { setTimeout as sleep } from 'node:timers/promises';
import type { Releasers } from '../../test/e2e/parts/releasers.ts';
import { startAgent, untilBetweenCycles } from '../agent.ts';
import { createCpuAccount } from '../cpu-account.ts';
import { summarize } from '../deliveries.ts';
import { createHerd } from '../herd/herd.ts';
import { filesOf } from '../measure.ts';
import { planOf } from '../plan.ts';
import { memoryOf } from '../process-memory.ts';
import { measureBesideFloor } from '../rounds.ts';
import { createSink } from '../sink.ts';
import { median } from '../statistics.ts';
import type { GateNumbers } from './judge.ts';

/** An agent that has warmed up, over a herd of 100. */
export type GateAgent = {
  /** Medians of some short rounds. */
  measure(rounds?: number): Promise<GateNumbers>;
  signal(signal: NodeJS.Signals): void;
};

const CONTAINERS = 100;
const INTERVAL_MS = 200;
const ROUNDS = 6;
const CYCLES = 12;
/** Fewer than of the benchmark: CI waits for them, and what the gate compares with had as many. */
const WARM_CYCLES = 60;
const COLLECTIONS = 4;
const BYTES_PER_MB = 1e6;

export async function startGateAgent(
  releasers: Releasers,
  cgroupPath: string,
  preloads: readonly string[] = [],
): Promise<GateAgent> {
  const { driver } = planOf({ containers: CONTAINERS, rounds: 1, cycles: CYCLES });
  const busyPeriodMs = INTERVAL_MS / 2;
  const herd = await createHerd({ releasers, containers: CONTAINERS, busyPeriodMs, cgroupPath, network: true });
  const sink = await createSink(releasers);
  const address = { dockerHost: herd.engine.host, runPath: herd.runPath, cgroupPath };
  const groups = { all: herd.containers.map(({ id }) => id) };
  const files = await filesOf({ herd: address, groups, endpoint: sink.url, plan: driver });

  const account = createCpuAccount(releasers);
  const agent = await startAgent({
    releasers,
    herd: address,
    endpoint: sink.url,
    intervalMs: INTERVAL_MS,
    preloads: ['collect-garbage', ...preloads],
  });
  account.add(agent.pid);
  const betweenCycles = (): Promise<void> => untilBetweenCycles(agent, sink.lastAtMs, INTERVAL_MS);

  const running = {
    cpuSeconds: account.cpuSeconds,
    untilBetweenCycles: betweenCycles,
    discard: sink.discard,
    take: () => summarize(sink.take()),
  };
  const floor = { files, containers: CONTAINERS, cycles: CYCLES, intervalMs: INTERVAL_MS };

  /** The least of some, since a cycle makes new garbage at once. */
  async function residentMb(): Promise<number> {
    const all: number[] = [];
    while (all.length < COLLECTIONS) {
      agent.signal('SIGUSR2');
      await betweenCycles();
      all.push(memoryOf(account.pids()).residentBytes / BYTES_PER_MB);
    }
    return Math.min(...all);
  }

  await betweenCycles();
  await sleep(WARM_CYCLES * INTERVAL_MS);
  return {
    signal: agent.signal,
    async measure(count = ROUNDS) {
      const rounds: number[] = [];
      while (rounds.length < count) rounds.push((await measureBesideFloor(running, floor)).cycleToFloor);
      return { cycleToFloor: median(rounds), residentMb: await residentMb() };
    },
  };
}
