import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from './contestants.ts';
import { drive } from './drive.ts';
import type { DriverRequest } from './driver/request.ts';
import { runFloor } from './floor.ts';
import type { Herd } from './herd/herd.ts';
import type { Plan } from './plan.ts';
import type { AgentWindow, Round } from './result.ts';

export type RoundOptions = {
  readonly herd: Herd;
  readonly plan: Plan;
  /** What the floor reads. */
  readonly files: readonly string[];
  readonly request: Omit<DriverRequest, 'what'>;
};

/** An agent, and one right after the other what stands beside it, on the same herd at the same interval. */
export async function measureRound(running: Running, options: RoundOptions): Promise<Round> {
  const { herd, plan, files, request } = options;
  const window = await measureWindow(running, herd, plan);
  const paced = { paths: files, cycles: plan.cycles, intervalMs: plan.intervalMs };
  const hot = { paths: files, cycles: plan.hotCycles, intervalMs: 0 };
  return {
    window,
    floor: (await runFloor('open', paced))!,
    hotFloor: (await runFloor('open', hot))!,
    keptFloor: await runFloor('kept', paced),
    reading: await drive('reading', request),
  };
}

/** From between two cycles to between two cycles. */
async function measureWindow(running: Running, herd: Herd, plan: Plan): Promise<AgentWindow> {
  await running.untilBetweenCycles();
  running.discard();
  herd.engine.requests.length = 0;
  const before = running.cpuSeconds();
  await sleep(plan.cycles * plan.intervalMs);
  const cpuSeconds = running.cpuSeconds() - before;
  return { cpuSeconds, deliveries: running.take(), engineRequests: herd.engine.requests.length };
}

export type PacedFloor = {
  readonly files: readonly string[];
  readonly containers: number;
  readonly cycles: number;
  readonly intervalMs: number;
};

/**
 * What the agent uses in some cycles, and that of a container-sample over the floor's. The floor runs in the pauses of the
 * agent, so that both meet the same machine. `partSeconds` is an account of a part of it, over the same time.
 */
export async function measureBesideFloor(
  running: Pick<Running, 'untilBetweenCycles' | 'discard' | 'cpuSeconds' | 'take'>,
  { files, containers, cycles, intervalMs }: PacedFloor,
  partSeconds: () => number = () => 0,
): Promise<{ readonly cpuSeconds: number; readonly partSeconds: number; readonly cycleToFloor: number }> {
  await running.untilBetweenCycles();
  running.discard();
  const before = { all: running.cpuSeconds(), part: partSeconds() };
  const floor = await runFloor('open', { paths: files, cycles, intervalMs });
  await running.untilBetweenCycles();
  const cpuSeconds = running.cpuSeconds() - before.all;
  const ofSample = cpuSeconds / running.take().samples;
  const ofFloor = floor!.cpuSeconds / (cycles * containers);
  return { cpuSeconds, partSeconds: partSeconds() - before.part, cycleToFloor: ofSample / ofFloor };
}

/** So that V8 has compiled what it will compile. */
export async function warmUp(
  running: Pick<Running, 'untilBetweenCycles'>,
  { warmCycles, intervalMs }: Plan,
): Promise<void> {
  await running.untilBetweenCycles();
  await sleep(warmCycles * intervalMs);
}
