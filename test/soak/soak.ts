import { setTimeout as sleep } from 'node:timers/promises';
import type { Releasers } from '../e2e/parts/releasers.ts';
import { waitFor } from '../e2e/parts/wait.ts';
import { createRandom } from '../random.ts';
import { createAgentSide, INTERVAL_MS } from './agent-side.ts';
import { type ArrivalCounts, createArrivals } from './arrivals.ts';
import { createCollectorSide } from './collector-side.ts';
import { collectorFaults, type Fault, hostFaults, type World } from './faults.ts';
import { createSoakHost } from './host.ts';
import type { SoakOptions } from './options.ts';

export type SoakReport = ArrivalCounts & {
  readonly violations: readonly string[];
  /** How often each fault was there. */
  readonly faults: ReadonlyMap<string, number>;
  readonly containers: number;
  readonly refusedRequests: number;
  readonly mostResidentBytes: number;
  readonly mostFileDescriptors: number;
};

export type SoakRun = SoakOptions & {
  readonly releasers: Releasers;
  readonly onLine?: (text: string) => void;
};

/** That draw their own numbers. */
const LANES = 3;
const LOOK_MS = 2_000;
/** Of a fault, most of them short, and of the time between two. The outbox writes what waits in memory with the next batch. */
const FAULT_MS = { least: 500, most: 25_000 };
const PAUSE_MS = { least: 2 * INTERVAL_MS + 500, most: 5_000 };
const CONTAINER_MS = { least: 300, most: 3_000 };
const MOST_CONTAINERS = 20;
const MOST_VIOLATIONS = 100;
/** The longest pause between two attempts, and some. */
const HEAL_MS = 120_000;

/** A real agent and a real Collector, and faults at random from the seed. What never may be is looked for all the time. */
export async function runSoak({ minutes, seed, releasers, onLine = () => undefined }: SoakRun): Promise<SoakReport> {
  const violations: string[] = [];
  const onViolation = (text: string): void => {
    if (violations.length >= MOST_VIOLATIONS) return;
    violations.push(text);
    onLine(`VIOLATION ${text}`);
  };
  const host = await createSoakHost(releasers);
  const collector = await createCollectorSide(releasers);
  const { root: hostRoot, engine } = host;
  const agent = await createAgentSide({
    releasers,
    hostRoot,
    engineHost: engine.host,
    endpoint: collector.endpoint,
    onViolation,
  });
  const world: World = { host, collector, agent };
  const arrivals = createArrivals({ ...host, onViolation });
  const look = (): void => {
    arrivals.follow(collector.files());
    agent.look();
  };
  await agent.start();

  const endMs = performance.now() + minutes * 60_000;
  const faults = new Map<string, number>();
  let containers = 1;
  const lane = async (of: readonly Fault[], random: () => number): Promise<void> => {
    while (performance.now() < endMs) {
      await sleep(between(PAUSE_MS, random));
      const fault = of[Math.floor(random() * of.length)]!;
      faults.set(fault.name, (faults.get(fault.name) ?? 0) + 1);
      onLine(fault.name);
      await fault.begin();
      await sleep(between(FAULT_MS, () => random() ** 3));
      await fault.end();
    }
  };
  const churn = async (random: () => number): Promise<void> => {
    while (performance.now() < endMs) {
      await sleep(between(CONTAINER_MS, random));
      if (random() * MOST_CONTAINERS < host.count()) host.go();
      else {
        host.come();
        containers += 1;
      }
    }
  };
  const looking = setInterval(look, LOOK_MS);
  releasers.add('looking', () => clearInterval(looking));
  await Promise.all([
    lane(collectorFaults(world), createRandom(LANES * seed)),
    lane(hostFaults(world), createRandom(LANES * seed + 1)),
    churn(createRandom(LANES * seed + 2)),
  ]);

  onLine('no faults any more');
  const healedSeconds = Date.now() / 1000 + INTERVAL_MS / 1000;
  const isThere = (): true | undefined => {
    look();
    return arrivals.newestSeconds() > healedSeconds || undefined;
  };
  await waitFor('what is measured now arrives', isThere, { timeoutMs: HEAL_MS }).catch((error) =>
    onViolation(String(error)),
  );
  clearInterval(looking);
  await agent.stop('SIGTERM');
  arrivals.follow(collector.files());
  const counts = arrivals.counts();
  if (counts.missingCycles > counts.droppedBatches)
    onViolation(`${counts.missingCycles} cycles never came, and ${counts.droppedBatches} batches were given up`);
  if (counts.droppedBatches > collector.refused())
    onViolation(`${counts.droppedBatches} batches were given up, and ${collector.refused()} were refused`);
  const { residentBytes: mostResidentBytes, fileDescriptors: mostFileDescriptors } = agent.most();
  return {
    ...counts,
    violations,
    faults,
    containers,
    refusedRequests: collector.refused(),
    mostResidentBytes,
    mostFileDescriptors,
  };
}

const between = ({ least, most }: { least: number; most: number }, random: () => number): number =>
  least + random() * (most - least);
