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
/** The same part of the interval as by default. */
const TIMEOUT_MS = INTERVAL_MS / 2;

type Life = { readonly times: number[]; readonly ends: number };

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
    return { times, ends: points.length - times.length };
  }

  const untilMeasured = (container: TestContainer, fromSeconds = 0, collector = tested): Promise<number> =>
    waitFor(
      `${container.name} is measured`,
      async () => (await lifeOf(container, collector)).times.find((time) => time > fromSeconds),
      PATIENCE,
    );
  const nowSeconds = () => Date.now() / 1000;

  /** Compares with the other agent, since a busy machine delays both. */
  async function expectEveryCycle(container: TestContainer, fromSeconds: number, toSeconds: number): Promise<void> {
    await Promise.all([untilMeasured(container, toSeconds), untilMeasured(container, toSeconds, unasking)]);
    const within = ({ times }: Life) => times.filter((time) => time > fromSeconds && time <= toSeconds).length;
    const [here, there] = [within(await lifeOf(container)), within(await lifeOf(container, unasking))];
    expect(there).toBeGreaterThan(FAULT_CYCLES / 2);
    expect(here, `cycles of ${there}`).toBeGreaterThanOrEqual(0.8 * there);
  }

  /** Cycles that began after the engine's return and did not have the container yet. */
  async function expectFoundAtOnce(young: TestContainer, old: TestContainer, returnSeconds: number): Promise<void> {
    const firstSeconds = await untilMeasured(young);
    const { times } = await lifeOf(old);
    const without = times.filter((time) => time > returnSeconds && time < firstSeconds - INTERVAL_MS / 2000);
    expect(without.length, `${without} before ${firstSeconds}`).toBeLessThanOrEqual(2);
  }

  it('goes on with what it knows in every cycle, and knows all of it again when the engine is back', async () => {
    await start({ liveRestore: true });
    const old = await run();
    await untilMeasured(old);
    await untilMeasured(old, 0, unasking);
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
      expect(await lifeOf(young), name).toEqual({ times: [], ends: 0 });
      proxy.set();
      await expectFoundAtOnce(young, old, nowSeconds());
      expect((await lifeOf(removed)).ends, `${name}: what is gone has ended`).toBe(1);
    }
    expect((await lifeOf(old)).ends).toBe(0);
  });

  it('notices all changes while its events are cut off, and when the socket is another', async () => {
    await start({ liveRestore: true });
    const old = await run();
    await untilMeasured(old);
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
    const [other, last] = [await run(), await run()];
    await Promise.all([untilMeasured(other), untilMeasured(last)]);
    expect((await lifeOf(old)).ends + (await lifeOf(young)).ends).toBe(0);
  });

  it('goes on while the engine is killed with live-restore, and nothing ends', async () => {
    await start({ liveRestore: true });
    const old = await run();
    await untilMeasured(old);
    await untilMeasured(old, 0, unasking);
    const fromSeconds = nowSeconds();
    await engine.kill();
    await sleep(FAULT_CYCLES * INTERVAL_MS);
    await engine.start();
    const returnSeconds = nowSeconds();
    const young = await run();
    await expectEveryCycle(old, fromSeconds, returnSeconds);
    await untilMeasured(old, returnSeconds + 2 * (INTERVAL_MS / 1000));
    await expectFoundAtOnce(young, old, nowSeconds());
    expect((await lifeOf(old)).ends).toBe(0);
  });

  it('goes on while the engine is killed without live-restore, and ends what the engine ends when it is back', async () => {
    await start({ liveRestore: false });
    const old = await run();
    await untilMeasured(old);
    await untilMeasured(old, 0, unasking);
    const fromSeconds = nowSeconds();
    await engine.kill();
    await sleep(FAULT_CYCLES * INTERVAL_MS);
    await expectEveryCycle(old, fromSeconds, nowSeconds());
    expect((await lifeOf(old)).ends).toBe(0);
    await engine.start();
    await waitFor('it has ended', async () => (await lifeOf(old)).ends || undefined, PATIENCE);
    await engine.docker.docker(['start', old.id]);
    await untilMeasured(old, nowSeconds());
    expect((await lifeOf(old)).ends).toBe(1);
  });
});
