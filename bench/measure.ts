import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Releasers } from '../test/e2e/parts/releasers.ts';
import { CONTESTANTS } from './contestants.ts';
import { drive } from './drive.ts';
import type { DriverRequest } from './driver/request.ts';
import { createHerd, type Herd } from './herd/herd.ts';
import type { Plan } from './plan.ts';
import { memoryOf } from './process-memory.ts';
import type { ContestantResult, HerdResult } from './result.ts';
import { measureRound, warmUp } from './rounds.ts';
import { createSink } from './sink.ts';
import { measureMoments, measureOnce, measureStart } from './special-runs.ts';

export type MeasureOptions = {
  readonly plan: Plan;
  readonly cgroupPath: string;
  readonly releasers: Releasers;
  readonly progress: (text: string) => void;
};

const STARTS = 3;
const SETTLE_MS = 1_000;

/** Everything that is measured of one size of herd. */
export async function measureHerd({ plan, cgroupPath, releasers, progress }: MeasureOptions): Promise<HerdResult> {
  const { containers, intervalMs } = plan;
  progress(`${containers} containers: making the herd`);
  const herd = await createHerd({ ...plan, releasers, cgroupPath, network: true });
  const sink = await createSink(releasers);
  await sleep(SETTLE_MS);
  const address = { dockerHost: herd.engine.host, runPath: herd.runPath, cgroupPath };
  const request = { herd: address, groups: groupsOf(herd), endpoint: sink.url, plan: plan.driver };
  const files = await filesOf(request);

  const arena = { releasers, herd: address, sink, intervalMs };
  const contestants: Record<string, ContestantResult> = {};
  for (const contestant of CONTESTANTS) {
    progress(`${containers} containers: ${contestant.name}`);
    const running = await contestant.start(arena);
    await warmUp(running, plan);
    const rounds = [];
    while (rounds.length < plan.rounds) rounds.push(await measureRound(running, { herd, plan, files, request }));
    contestants[contestant.name] = { rounds, memory: memoryOf(running.pids()) };
    await running.stop();
  }

  progress(`${containers} containers: stages`);
  sink.discard();
  const stages = await drive('stages', request);
  progress(`${containers} containers: starts, event loop, times of readings`);
  const startsMs: number[] = [];
  for (let count = 0; count < STARTS; count++) startsMs.push(await measureStart(arena, containers));
  const oncesMs: number[] = [];
  for (let count = 0; count < STARTS; count++) oncesMs.push(await measureOnce(arena));
  const moments = await measureMoments(arena, plan);
  return { containers, files: files.length, intervalMs, contestants, stages, startsMs, oncesMs, ...moments };
}

/** What the floor reads in a cycle. */
export async function filesOf(request: Omit<DriverRequest, 'what'>): Promise<string[]> {
  const found = Object.values(await drive('files', request)).flat();
  // A child that a busy container forked is gone by now.
  await sleep(SETTLE_MS);
  return found.filter((path) => existsSync(path));
}

function groupsOf({ containers }: Herd): Record<string, string[]> {
  const ids = (busy: boolean): string[] => containers.filter((each) => each.busy === busy).map(({ id }) => id);
  return { idle: ids(false), busy: ids(true) };
}
