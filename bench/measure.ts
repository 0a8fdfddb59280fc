import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Releasers } from '../test/e2e/parts/releasers.ts';
import { CONTESTANTS, type Running } from './contestants.ts';
import { drive } from './drive.ts';
import { runFloor } from './floor.ts';
import { createHerd, type Herd } from './herd/herd.ts';
import type { Plan } from './plan.ts';
import { cpuSecondsOf, memoryOf } from './process-usage.ts';
import type { AgentWindow, HerdResult, Round } from './result.ts';
import { createSink } from './sink.ts';
import { measureBlocks, measureStart } from './special-runs.ts';

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
  const request = {
    herd: address,
    groups: groupsOf(herd),
    endpoint: sink.url,
    cycles: plan.driverCycles,
    warmCycles: plan.driverWarmCycles,
  };
  const found = Object.values(await drive('files', request)).flat();
  // A child that a busy container forked is gone by now.
  await sleep(SETTLE_MS);
  const files = found.filter((path) => existsSync(path));

  const arena = { releasers, herd: address, sink, intervalMs };
  const floors: Floor[] = [];
  const windows: Record<string, AgentWindow>[] = [];
  const memory: Record<string, ReturnType<typeof memoryOf>> = {};
  for (const contestant of CONTESTANTS) {
    progress(`${containers} containers: ${contestant.name}`);
    const running = await contestant.start(arena);
    await pass(running, plan.warmCycles, intervalMs);
    for (let at = 0; at < plan.rounds; at++) {
      const window = await measureWindow(running, herd, plan);
      windows[at] = { ...windows[at], [contestant.name]: window };
      floors[at] ??= await measureFloor(files, plan, request);
    }
    memory[contestant.name] = running.pids.map(memoryOf).reduce((sum, each) => ({
      residentBytes: sum.residentBytes + each.residentBytes,
      peakBytes: sum.peakBytes + each.peakBytes,
    }));
    await running.stop();
  }

  progress(`${containers} containers: stages, starts, event loop`);
  sink.discard();
  const rounds = floors.map((floor, at) => ({ ...floor, agents: windows[at]! }));
  const stages = await drive('stages', request);
  const startsMs: number[] = [];
  for (let count = 0; count < STARTS; count++) startsMs.push(await measureStart(arena, containers));
  const blocksMs = await measureBlocks(arena, plan);
  return { containers, files: files.length, intervalMs, rounds, memory, stages, startsMs, blocksMs };
}

function groupsOf({ containers }: Herd): Record<string, string[]> {
  const ids = (busy: boolean): string[] => containers.filter((each) => each.busy === busy).map(({ id }) => id);
  return { idle: ids(false), busy: ids(true) };
}

type Floor = Omit<Round, 'agents'>;

async function measureFloor(
  files: readonly string[],
  plan: Plan,
  request: Parameters<typeof drive>[1],
): Promise<Floor> {
  const floorOpen = await runFloor('open', files, plan.floorCycles);
  const floorKept = await runFloor('kept', files, plan.floorCycles);
  const reading = await drive('reading', request);
  return { floorOpen: floorOpen!, floorKept, reading };
}

/** From between two cycles to between two cycles. */
async function measureWindow(running: Running, herd: Herd, plan: Plan): Promise<AgentWindow> {
  await running.untilBetweenCycles();
  running.discard();
  herd.engine.requests.length = 0;
  const before = running.pids.map(cpuSecondsOf);
  await sleep(plan.cycles * plan.intervalMs);
  const cpuSeconds = running.pids.map(cpuSecondsOf).reduce((sum, each, at) => sum + each - before[at]!, 0);
  return { cpuSeconds, deliveries: running.take(), engineRequests: herd.engine.requests.length };
}

async function pass(running: Running, cycles: number, intervalMs: number): Promise<void> {
  await running.untilBetweenCycles();
  await sleep(cycles * intervalMs);
}
