import { createAccounts } from '../../../src/accounting/accounts.ts';
import { buildSources } from '../../../src/build/sources.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { ENCODINGS } from '../../../src/push/encoding.ts';
import { countPoints } from '../../../src/push/points.ts';
import { createLogLines } from '../../fakes/log-lines.ts';
import type { Releasers } from '../parts/releasers.ts';

/** One cycle, from the list of containers to their encoded points. */
export type TimedCycle = {
  /** Milliseconds that went to one container, and to all others and what they share. */
  readonly troubleMs: number;
  readonly othersMs: number;
  /** From the beginning of the cycle until the last value of another container was there, whatever it was spent on. */
  readonly wallMs: number;
  readonly troublePoints: number;
  readonly containers: number;
  readonly processes: number;
};

export type TimedCycles = {
  /** Of many cycles the one that took the others least: what else the machine does is in all but that one. */
  fastest(troubleId?: string): Promise<TimedCycle>;
  next(troubleId?: string): Promise<TimedCycle>;
  limits(): ReadonlyMap<string, unknown>;
};

const CYCLES = 20;
const encoding = ENCODINGS['http/protobuf'];

/** The agent's own parts with all that is on by default. What is not of the others' measuring is given to the one container. */
export async function createTimedCycles(
  releasers: Releasers,
  env: Readonly<Record<string, string>>,
): Promise<TimedCycles> {
  const { config } = loadConfig({ env, flags: [], readFile: () => undefined });
  const { log } = createLogLines();
  const sources = await buildSources({ config, log }, createAccounts());
  releasers.add('discovery', sources.discovery.close);

  async function cycle(troubleId: string | undefined): Promise<TimedCycle> {
    const beganMs = performance.now();
    const containers = await sources.collector.discover();
    let wallMs = 0;
    let [troubleMs, othersMs, troublePoints, processes] = [0, 0, 0, 0];
    let lastMs = performance.now();
    for await (const collected of sources.collector.collect(containers)) {
      if (collected.kind !== 'measured') continue;
      encoding.encode(collected.metrics);
      const tookMs = performance.now() - lastMs;
      lastMs += tookMs;
      const counts = Object.values(collected.usage.processes?.countByState ?? {});
      if (collected.usage.container.id !== troubleId) {
        othersMs += tookMs;
        wallMs = lastMs - beganMs;
      } else {
        troubleMs += tookMs;
        troublePoints += countPoints(collected.metrics);
        processes = counts.reduce((sum, count) => sum + count, 0);
      }
    }
    return { troubleMs, othersMs, wallMs, troublePoints, processes, containers: containers.length };
  }

  return {
    async fastest(troubleId) {
      const cycles: TimedCycle[] = [];
      for (let count = 0; count < CYCLES; count++) cycles.push(await cycle(troubleId));
      return cycles.sort((a, b) => a.othersMs - b.othersMs)[0]!;
    },
    next: cycle,
    limits: sources.limits.counts,
  };
}
