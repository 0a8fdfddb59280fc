import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../parts.ts';
import { runCli, startAgent } from './parts/agent.ts';
import type { Child } from './parts/child.ts';
import { type Collector, startCollector } from './parts/collector.ts';
import { createDocker } from './parts/docker.ts';
import { startEngine } from './parts/engine.ts';
import { freePort } from './parts/free-port.ts';
import { importImages } from './parts/images.ts';
import { INTERVAL_MS, startQuickAgent } from './parts/pipeline.ts';
import { pointsOf, type ReceivedPoint } from './parts/points.ts';
import { createReleasers, type Releasers } from './parts/releasers.ts';
import { waitFor } from './parts/wait.ts';

const NOBODY = 65534;
const PATIENCE = { timeoutMs: 20 * INTERVAL_MS };

describeWith(['linux', 'root', 'docker', 'dockerd', 'busybox', 'gcc', 'collector'], 'when things go wrong', () => {
  let releasers: Releasers;
  beforeEach(() => {
    releasers = createReleasers();
  });
  afterEach(() => releasers.release());

  /** Waits for points made after this moment. */
  const newPoints = (
    collector: Collector,
    wanted: (point: ReceivedPoint) => boolean,
    fromSeconds = Date.now() / 1000,
  ) =>
    waitFor(
      'new points',
      async () => {
        const points = pointsOf(await collector.received()).filter(
          (point) => point.timeSeconds >= fromSeconds && wanted(point),
        );
        return points.length > 0 ? points : undefined;
      },
      PATIENCE,
    );
  const ofContainer = (id: string) => (point: ReceivedPoint) => point.resource['container.id'] === id && !point.stale;
  const ofAgent = (point: ReceivedPoint) => point.resource['service.name'] === 'plimsoll';
  const isHealthy = async (url: string) => (await fetch(`${url}/healthz`)).ok;
  const sayings = (agent: Child, pattern: RegExp) => agent.stderr.filter((line) => pattern.test(line));

  it('says that the engine has no socket, and goes on about itself', async () => {
    const collector = await startCollector({ releasers });
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, DOCKER_HOST: 'unix:///no/such/docker.sock' };
    const { agent, statusUrl } = await startQuickAgent(releasers, env);
    await agent.waitForLine(/no\/such\/docker\.sock/, PATIENCE);
    await newPoints(collector, ofAgent);
    expect(await isHealthy(statusUrl)).toBe(true);
    expect(sayings(agent, /no\/such\/docker\.sock/)).toHaveLength(1);
  });

  it('says that the engine refuses it and what to do', async () => {
    const status = `127.0.0.1:${await freePort()}`;
    const agent = await startAgent({ releasers, uid: NOBODY, config: { status: { address: status } } });
    const line = await agent.waitForLine(/docker\.sock/, PATIENCE);
    expect(line).toMatch(/permission|refuse|EACCES/i);
    expect(line).toMatch(/group/);
  });

  it('goes on measuring while the engine is killed, and finds new containers when it is back', async () => {
    const engine = await startEngine(releasers);
    const { busybox } = await importImages(engine.host);
    const old = await engine.docker.run({ image: busybox, command: ['sleep', '1000'] });
    const collector = await startCollector({ releasers });
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, DOCKER_HOST: engine.host };
    const { agent, statusUrl } = await startQuickAgent(releasers, env);
    await newPoints(collector, ofContainer(old.id));
    await engine.kill();
    await agent.waitForLine(/engine is away/, PATIENCE);
    await newPoints(collector, ofContainer(old.id));
    expect(await isHealthy(statusUrl)).toBe(true);
    await engine.start();
    await agent.waitForLine(/engine answers/, { timeoutMs: 60_000 });
    const young = await engine.docker.run({ image: busybox, command: ['sleep', '1000'] });
    await newPoints(collector, ofContainer(young.id));
  });

  it('ends the containers of an engine that stopped them, and finds them when it is started again', async () => {
    const engine = await startEngine(releasers);
    const { busybox } = await importImages(engine.host);
    const container = await engine.docker.run({ image: busybox, command: ['sleep', '1000'] });
    const collector = await startCollector({ releasers });
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, DOCKER_HOST: engine.host };
    const { agent } = await startQuickAgent(releasers, env);
    await newPoints(collector, ofContainer(container.id));
    await engine.stop();
    await agent.waitForLine(/engine is away/, PATIENCE);
    await newPoints(collector, ({ resource, stale }) => resource['container.id'] === container.id && stale, 0);
    await engine.start();
    await engine.docker.docker(['start', container.id]);
    await newPoints(collector, ofContainer(container.id));
  });

  it('keeps what it measured while there is no Collector, and says when it pushes again', async () => {
    const port = await freePort();
    const { agent } = await startQuickAgent(releasers, { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
    const line = await agent.waitForLine(/cannot push/, PATIENCE);
    expect(line).toContain(`127.0.0.1:${port}`);
    expect(line).toMatch(/ECONNREFUSED|refused/);
    const collectorSeconds = Date.now() / 1000;
    const collector = await startCollector({ releasers, port });
    await agent.waitForLine(/pushing again/, { timeoutMs: 60_000 });
    const points = await newPoints(collector, ofAgent, 0);
    expect(points[0]!.timeSeconds).toBeLessThan(collectorSeconds);
    expect(sayings(agent, /cannot push/)).toHaveLength(1);
  });

  it('names a host that cannot be found', async () => {
    const { agent, statusUrl } = await startQuickAgent(releasers, {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://no-such-collector.invalid:4318',
    });
    const line = await agent.waitForLine(/cannot push/, { timeoutMs: 60_000 });
    expect(line).toContain('no-such-collector.invalid');
    expect(await isHealthy(statusUrl)).toBe(true);
  });

  it('pushes below the path of the endpoint', async () => {
    const collector = await startCollector({ releasers, path: '/a/prefix/v1/metrics' });
    await startQuickAgent(releasers, { OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.endpoint}/a/prefix` });
    await newPoints(collector, ofAgent);
  });

  it('names every wrong key of a configuration at once and starts nothing', async () => {
    const config = 'collection:\n  intervallMs: 5000\npush:\n  endpiont: http://127.0.0.1:4318\n  timeoutMs: soon\n';
    const { exit, stdout, stderr } = await runCli('run', { releasers, config });
    expect(exit.code).toBe(2);
    expect(stdout).toBe('');
    for (const pattern of [/intervallMs.*intervalMs/, /endpiont.*endpoint/, /timeoutMs.*soon/])
      expect(stderr).toMatch(pattern);
    for (const line of [2, 4, 5]) expect(stderr).toContain(`plimsoll.yaml:${line}`);
  });

  it('takes an empty configuration file for one that changes nothing', async () => {
    const status = `127.0.0.1:${await freePort()}`;
    const agent = await startAgent({ releasers, config: '', env: { PLIMSOLL_STATUS_ADDRESS: status } });
    const healthy = async () => (await isHealthy(`http://${status}`)) || undefined;
    await waitFor('it is healthy', healthy, PATIENCE);
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
  });

  it('is not disturbed by containers that end while they are looked at', async () => {
    const docker = createDocker({ releasers });
    const { busybox } = await importImages();
    const lasting = await docker.run({ image: busybox, command: ['sleep', '1000'] });
    const collector = await startCollector({ releasers });
    const { agent } = await startQuickAgent(releasers, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
    await newPoints(collector, ofContainer(lasting.id));
    for (let round = 0; round < 8; round++) {
      await docker
        .run({ image: busybox, flags: ['--rm'], command: ['sleep', String((round % 4) * 0.1)] })
        .catch(() => undefined);
    }
    await newPoints(collector, ofContainer(lasting.id));
    expect(agent.hasExited()).toBe(false);
    expect(sayings(agent, /"level":(50|60)/)).toEqual([]);
  });
});
