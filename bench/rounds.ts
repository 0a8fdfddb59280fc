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

/** So that V8 has compiled what it will compile. */
export async function warmUp(
  running: Pick<Running, 'untilBetweenCycles'>,
  { warmCycles, intervalMs }: Plan,
): Promise<void> {
  await running.untilBetweenCycles();
  await sleep(warmCycles * intervalMs);
}
