import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../parts.ts';
import { startAgent } from './parts/agent.ts';
import { type Collector, startCollector } from './parts/collector.ts';
import type { TestContainer } from './parts/docker.ts';
import { type Engine, startEngine } from './parts/engine.ts';
import { ENGINE_FAULTS, type EngineProxy, startEngineProxy } from './parts/engine-proxy.ts';
import { importImages } from './parts/images.ts';
import { INTERVAL_MS, startQuickAgent } from './parts/pipeline.ts';
import { pointsOf } from './parts/points.ts';
import { createReleasers, type Releasers } from './parts/releasers.ts';
import { waitFor } from './parts/wait.ts';

const PATIENCE = { timeoutMs: 30 * INTERVAL_MS };
const FAULT_CYCLES = 8;
/** Of so many cycles before any fault one at least begins on time. */
const STEADY_CYCLES = 3;
/** The same part of the interval as by default. */
const TIMEOUT_MS = INTERVAL_MS / 2;

type Life = { readonly times: number[]; readonly ends: number; readonly endTimes: number[] };

const INTERVAL_SECONDS = INTERVAL_MS / 1000;

describeWith(['linux', 'root', 'docker', 'dockerd', 'busybox', 'gcc', 'collector'], 'an engine in trouble', () => {
  let releasers: Releasers;
  let engine: Engine;
  let proxy: EngineProxy;
  let image: string;
  /** Of the agent that is tested, and of one that asks no engine: what it has is what can be had. */
  let tested: Collector;
  let unasking: Collector;

  beforeEach(() => {
    releasers = createReleasers();
  });
  afterEach(() => releasers.release());

  async function start(options: { liveRestore: boolean }): Promise<void> {
    engine = await startEngine(releasers, options);
    ({ busybox: image } = await importImages(engine.host));
    proxy = await startEngineProxy(releasers, engine.socket);
    tested = await startCollector({ releasers });
    unasking = await startCollector({ releasers });
    const timeout = { PLIMSOLL_DOCKER_TIMEOUT_MS: String(TIMEOUT_MS) };
    await startQuickAgent(releasers, {
      OTEL_EXPORTER_OTLP_ENDPOINT: tested.endpoint,
      DOCKER_HOST: proxy.host,
      ...timeout,
    });
    await startAgent({
      releasers,
      config: { collection: { intervalMs: INTERVAL_MS }, status: { enabled: false } },
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: unasking.endpoint, PLIMSOLL_DISCOVERY_SOURCE: 'cgroup' },
    });
  }

  const run = () => engine.docker.run({ image, command: ['sleep', '1000'] });

  /** When a container was measured, and how often its series ended. */
  async function lifeOf({ id }: TestContainer, collector = tested): Promise<Life> {
    const points = pointsOf(await collector.received()).filter(
      ({ metric, resource, attributes }) =>
        metric === 'container.cpu.time' && resource['container.id'] === id && attributes['cpu.mode'] === 'user',
    );
    const times = points.filter(({ stale }) => !stale).map(({ timeSeconds }) => timeSeconds);
    const endTimes = points.filter(({ stale }) => stale).map(({ timeSeconds }) => timeSeconds);
    return { times, endTimes, ends: endTimes.length };
  }

  const untilMeasured = (container: TestContainer, fromSeconds = 0, collector = tested): Promise<number> =>
    waitFor(
      `${container.name} is measured`,
      async () => (await lifeOf(container, collector)).times.find((time) => time > fromSeconds),
      PATIENCE,
    );
  const nowSeconds = () => Date.now() / 1000;

  async function untilSteady(container: TestContainer): Promise<void> {
    const isSteady = async (collector: Collector) =>
      (await lifeOf(container, collector)).times.length >= STEADY_CYCLES || undefined;
    const until = (collector: Collector) =>
      waitFor(`${container.name} is measured again and again`, () => isSteady(collector), PATIENCE);
    await Promise.all([tested, unasking].map(until));
  }

  /** Each cycle of that time has the container; where the machine stands still, the other agent lacks cycles, too. */
  async function expectEveryCycle(container: TestContainer, fromSeconds: number, toSeconds: number): Promise<void> {
    await Promise.all([untilMeasured(container, toSeconds), untilMeasured(container, toSeconds, unasking)]);
    const [here, there] = [await lifeOf(container), await lifeOf(container, unasking)].map(({ times }) =>
      missingCycles(times, fromSeconds, toSeconds),
    );
    expect(
      here!.length,
      `without it: ${here}; of the other: ${there}; ${(await lifeOf(container)).times}`,
    ).toBeLessThanOrEqual(there!.length);
    expect(there!.length).toBeLessThan(FAULT_CYCLES / 2);
  }

  /** In the cycle that begins within an interval, or in the one after it where that one found out only. */
  function expectSoon(name: string, atSeconds: number, sinceSeconds: number): void {
    expect(atSeconds - sinceSeconds, name).toBeLessThanOrEqual(2 * INTERVAL_SECONDS);
  }

  it('goes on with what it knows in every cycle, and knows all of it again when the engine is back', async () => {
    await start({ liveRestore: true });
    const old = await run();
    await untilSteady(old);
    for (const [name, fault] of Object.entries(ENGINE_FAULTS)) {
      const removed = await run();
      await untilMeasured(removed);
      const fromSeconds = nowSeconds();
      proxy.set(fault);
      proxy.cut();
      const young = await run();
      await engine.docker.remove(removed.id);
      await sleep(FAULT_CYCLES * INTERVAL_MS);
      const returnSeconds = nowSeconds();
      await expectEveryCycle(old, fromSeconds, returnSeconds);
      expect(await lifeOf(young), name).toEqual({ times: [], endTimes: [], ends: 0 });
      proxy.set();
      const backSeconds = nowSeconds();
      expectSoon(`${name}: the new one is measured`, await untilMeasured(young), backSeconds);
      const { endTimes } = await lifeOf(removed);
      expect(endTimes, `${name}: what is gone has ended`).toHaveLength(1);
      expectSoon(`${name}: what is gone has ended`, endTimes[0]!, backSeconds);
    }
    expect((await lifeOf(old)).ends).toBe(0);
  });

  it('notices all changes while its events are cut off, and when the socket is another', async () => {
    await start({ liveRestore: true });
    const old = await run();
    await untilSteady(old);
    const cutting = setInterval(proxy.cut, INTERVAL_MS / 3);
    releasers.add('cutting', () => clearInterval(cutting));
    const fromSeconds = nowSeconds();
    const [young, removed] = [await run(), await run()];
    await Promise.all([untilMeasured(young), untilMeasured(removed)]);
    await engine.docker.remove(removed.id);
    const ended = async () => (await lifeOf(removed)).ends === 1 || undefined;
    await waitFor('what is gone has ended', ended, PATIENCE);
    await sleep(FAULT_CYCLES * INTERVAL_MS);
    await expectEveryCycle(old, fromSeconds, nowSeconds());
    clearInterval(cutting);

    await proxy.replace();
    const replacedSeconds = nowSeconds();
    for (const other of [await run(), await run()]) {
      const bornSeconds = nowSeconds();
      expectSoon('the new one is measured', await untilMeasured(other), bornSeconds);
    }
    await expectEveryCycle(old, replacedSeconds, nowSeconds());
    expect((await lifeOf(old)).ends + (await lifeOf(young)).ends).toBe(0);
  });

  it('goes on while the engine is killed with live-restore, and nothing ends', async () => {
    await start({ liveRestore: true });
    const old = await run();
    await untilSteady(old);
    const fromSeconds = nowSeconds();
    await engine.kill();
    await sleep(FAULT_CYCLES * INTERVAL_MS);
    await engine.start();
    const returnSeconds = nowSeconds();
    const young = await run();
    const bornSeconds = nowSeconds();
    expectSoon('the new one is measured', await untilMeasured(young), bornSeconds);
    await expectEveryCycle(old, fromSeconds, returnSeconds + 2 * INTERVAL_SECONDS);
    expect((await lifeOf(old)).ends).toBe(0);
  });

  it('goes on while the engine is killed without live-restore, and ends what the engine ends when it is back', async () => {
    await start({ liveRestore: false });
    const old = await run();
    await untilSteady(old);
    const fromSeconds = nowSeconds();
    await engine.kill();
    await sleep(FAULT_CYCLES * INTERVAL_MS);
    await expectEveryCycle(old, fromSeconds, nowSeconds());
    expect((await lifeOf(old)).ends).toBe(0);
    await engine.start();
    const backSeconds = nowSeconds();
    const endSeconds = await waitFor('it has ended', async () => (await lifeOf(old)).endTimes[0], PATIENCE);
    expectSoon('it has ended', endSeconds, backSeconds);
    await engine.docker.docker(['start', old.id]);
    const startSeconds = nowSeconds();
    expectSoon('it is measured again', await untilMeasured(old, startSeconds), startSeconds);
    expect((await lifeOf(old)).ends).toBe(1);
  });
});

/**
 * Numbers of the cycles in that time of which there is no point. Cycles begin in steps of the interval, and one that waits
 * for an engine is late by half of it at most.
 */
function missingCycles(times: readonly number[], fromSeconds: number, toSeconds: number): number[] {
  const steps = (time: number): number => (time - times[0]!) / INTERVAL_SECONDS;
  const steady = times.slice(0, STEADY_CYCLES).map(steps);
  const phase = Math.min(...steady.map((step) => step - Math.round(step)));
  const numberOf = (time: number): number => Math.floor(steps(time) - phase + 0.2);
  const counts = Map.groupBy(times, numberOf);
  // One that the machine made later still is there beside the next one.
  const isThere = (at: number): boolean => counts.has(at) || (counts.get(at + 1)?.length ?? 0) > 1;
  const count = numberOf(toSeconds) - numberOf(fromSeconds);
  return Array.from({ length: count }, (_, index) => numberOf(fromSeconds) + 1 + index).filter((at) => !isThere(at));
}
