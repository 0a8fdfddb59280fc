import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTempDir } from '../test/e2e/parts/temp-dir.ts';
import { startAgent, untilBetweenCycles } from './agent.ts';
import type { Arena } from './contestants.ts';
import { summarize } from './deliveries.ts';
import type { Plan } from './plan.ts';

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

/** For how long the event loop was blocked at a time while it ran its cycles. */
export async function measureBlocks(arena: Arena, { warmCycles, cycles }: Plan): Promise<number[]> {
  const { releasers, herd, sink, intervalMs } = arena;
  const output = join(await createTempDir(releasers), 'blocks.json');
  const agent = await startAgent({ releasers, herd, endpoint: sink.url, intervalMs, preloads: ['blocks'], output });
  await untilBetweenCycles(agent, sink.lastAtMs, intervalMs);
  await sleep(warmCycles * intervalMs);
  agent.signal('SIGUSR2');
  await sleep(cycles * intervalMs);
  await agent.stop();
  return JSON.parse(await readFile(output, 'utf8'));
}

/** A V8 CPU profile of some cycles. */
export async function profileCycles(arena: Arena, { warmCycles, cycles }: Plan): Promise<string> {
  const { releasers, herd, sink, intervalMs } = arena;
  const output = join(await createTempDir(releasers), 'cycles.cpuprofile');
  const agent = await startAgent({
    releasers,
    herd,
    endpoint: sink.url,
    intervalMs,
    preloads: ['cpu-profile'],
    output,
  });
  await untilBetweenCycles(agent, sink.lastAtMs, intervalMs);
  await sleep(warmCycles * intervalMs);
  agent.signal('SIGUSR2');
  await sleep(cycles * intervalMs);
  agent.signal('SIGUSR2');
  await untilBetweenCycles(agent, sink.lastAtMs, intervalMs);
  const profile = await readFile(output, 'utf8');
  await agent.stop();
  return profile;
}
