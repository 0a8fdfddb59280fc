import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTempDir } from '../test/e2e/parts/temp-dir.ts';
import { runOnce, startAgent, untilBetweenCycles } from './agent.ts';
import type { Arena } from './contestants.ts';
import { summarize } from './deliveries.ts';
import type { Plan } from './plan.ts';
import type { Moments } from './result.ts';

/*
 * Runs of the agent for one question each, with a preload that would spoil the others. A file is loaded before the
 * program and nothing in src knows of it.
 */

const START_TIMEOUT_MS = 60_000;

/** Milliseconds from the start of the process until what was accepted held every container. */
export async function measureStart(arena: Arena, containers: number): Promise<number> {
  const { sink, releasers, herd, intervalMs } = arena;
  sink.discard();
  const startedAtMs = performance.now();
  const agent = await startAgent({
    releasers,
    herd,
    endpoint: sink.url,
    intervalMs: Math.max(intervalMs, START_TIMEOUT_MS),
    preloads: ['first-cycle-at-once'],
  });
  const pushes = [];
  while (summarize(pushes).samples < containers) {
    if (performance.now() - startedAtMs > START_TIMEOUT_MS) throw new Error('no first batch with every container');
    await sleep(1);
    pushes.push(...sink.take());
  }
  await agent.stop();
  return pushes.at(-1)!.atMs - startedAtMs;
}

/** Milliseconds that `plimsoll once` takes. Half a second of them it waits between its two readings. */
export async function measureOnce({ herd }: Arena): Promise<number> {
  const startedAtMs = performance.now();
  await runOnce(herd);
  return performance.now() - startedAtMs;
}

/** When what happens in the cycles of a warm agent. */
export async function measureMoments(arena: Arena, plan: Plan): Promise<Moments> {
  const output = await createTempDir(arena.releasers);
  await runCycles(arena, plan, { preloads: ['blocks', 'reading-times'], output });
  const numbers = async (file: string): Promise<number[]> => JSON.parse(await readFile(join(output, file), 'utf8'));
  return { blocksMs: await numbers('blocks.json'), readingSpreadsMs: await numbers('reading-times.json') };
}

/** A V8 CPU profile of some cycles. */
export async function profileCycles(arena: Arena, plan: Plan): Promise<string> {
  const output = await createTempDir(arena.releasers);
  await runCycles(arena, plan, { preloads: ['cpu-profile'], output });
  return readFile(join(output, 'cycles.cpuprofile'), 'utf8');
}

/** A preload is told by SIGUSR2 when the cycles that count begin, and when they have ended. */
async function runCycles(
  { releasers, herd, sink, intervalMs }: Arena,
  { warmCycles, cycles }: Plan,
  { preloads, output }: { readonly preloads: readonly string[]; readonly output: string },
): Promise<void> {
  const agent = await startAgent({ releasers, herd, endpoint: sink.url, intervalMs, preloads, output });
  await untilBetweenCycles(agent, sink.lastAtMs, intervalMs);
  await sleep(warmCycles * intervalMs);
  sink.discard();
  agent.signal('SIGUSR2');
  await sleep(cycles * intervalMs);
  if (preloads.includes('cpu-profile')) agent.signal('SIGUSR2');
  await untilBetweenCycles(agent, sink.lastAtMs, intervalMs);
  await agent.stop();
}
