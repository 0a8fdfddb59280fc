import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildAgent } from '../src/build.ts';
import type { Config } from '../src/config/config.ts';
import { decodeMetricsRequest } from '../src/otlp/metrics-proto.ts';
import { load } from './config/load-fixture.ts';
import { waitFor } from './e2e/parts/wait.ts';
import { containerId, inspectDocument } from './fakes/docker-documents.ts';
import { createFakeDockerEngine, type FakeDockerEngine } from './fakes/docker-engine.ts';
import { createLogLines } from './fakes/log-lines.ts';
import { createOtlpEndpoint, type OtlpEndpoint, status } from './fakes/otlp-endpoint.ts';

let engine: FakeDockerEngine;
let endpoint: OtlpEndpoint;
const releasers: (() => Promise<void>)[] = [];

beforeEach(async () => {
  engine = await createFakeDockerEngine();
  // A container of this very process: it is there as long as the test is.
  engine.add(inspectDocument({ id: 'abc', name: 'web', pid: process.pid }));
  endpoint = await createOtlpEndpoint();
  releasers.push(engine.close, endpoint.close);
});

afterEach(async () => {
  for (const release of releasers.splice(0).reverse()) await release();
});

const SHUTDOWN_MS = 1000;
/** What a machine that is busy with other tests may need on top. */
const PATIENCE_MS = 1500;

async function createStarted(env: Readonly<Record<string, string>> = {}) {
  const config: Config = load({
    env: {
      PLIMSOLL_DOCKER_HOST: engine.host,
      PLIMSOLL_PUSH_ENDPOINT: endpoint.url,
      PLIMSOLL_PUSH_COMPRESSION: 'none',
      PLIMSOLL_STATUS_ADDRESS: '127.0.0.1:0',
      PLIMSOLL_COLLECTION_INTERVAL_MS: '1000',
      PLIMSOLL_SHUTDOWN_TIMEOUT_MS: String(SHUTDOWN_MS),
      ...env,
    },
  }).config;
  const { log, texts } = createLogLines();
  const agent = await buildAgent({ config, log });
  await agent.start();
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= agent.stop();
    return stopping;
  };
  releasers.push(stop);
  return { stop, texts };
}

async function stopTimeMs(stop: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await stop();
  return performance.now() - startedAt;
}

const resources = () => endpoint.received.flatMap(({ body }) => decodeMetricsRequest(body).resourceMetrics ?? []);

const textAttributes = ({ resource }: ReturnType<typeof resources>[number]) =>
  Object.fromEntries((resource?.attributes ?? []).map(({ key, value }) => [key ?? '', value?.stringValue]));

const anyPush = () => waitFor('a push', () => endpoint.received[0], { timeoutMs: 5000, everyMs: 20 });

describe('agent', () => {
  it('pushes its first cycle at once, and a last one and its own metrics at the end', async () => {
    const { stop } = await createStarted();
    await anyPush();
    const before = endpoint.received.length;
    await stop();
    expect(endpoint.received.length).toBeGreaterThanOrEqual(before + 2);
    const named = resources().map(textAttributes);
    expect(named.filter((each) => each['container.id'] === containerId('abc')).length).toBeGreaterThanOrEqual(2);
    expect(named.find((each) => each['service.name'] === 'plimsoll')).toBeDefined();
    expect(endpoint.received[0]?.headers['user-agent']).toMatch(/^plimsoll\/\d/);
  });

  it('pushes nothing after it was stopped', async () => {
    const { stop } = await createStarted();
    await anyPush();
    await stop();
    const count = endpoint.received.length;
    await sleep(1200);
    expect(endpoint.received).toHaveLength(count);
  });

  it.each([
    ['OTEL_SDK_DISABLED', { OTEL_SDK_DISABLED: 'true' }],
    ['OTEL_METRICS_EXPORTER=none', { OTEL_METRICS_EXPORTER: 'none' }],
    ['push.exporter none', { PLIMSOLL_PUSH_EXPORTER: 'none' }],
  ])('measures and pushes nothing with %s, and says so', async (_, env) => {
    const { stop, texts } = await createStarted(env);
    await waitFor('a cycle', () => engine.requests.find((each) => each.includes('/containers/')), { timeoutMs: 5000 });
    await sleep(300);
    expect(await stopTimeMs(stop)).toBeLessThan(SHUTDOWN_MS + PATIENCE_MS);
    expect(endpoint.received).toEqual([]);
    expect(texts().join('\n')).toContain('pushing is switched off');
  });
});

describe('stopping within its time', () => {
  it('though the endpoint never answers', async () => {
    endpoint.answer(() => undefined);
    const { stop, texts } = await createStarted();
    await anyPush();
    expect(await stopTimeMs(stop)).toBeLessThan(SHUTDOWN_MS + PATIENCE_MS);
    expect(texts()).toContain('stopping with batches unsent');
  });

  it('though nothing listens at the endpoint', async () => {
    await endpoint.close();
    const { stop } = await createStarted();
    await sleep(200);
    expect(await stopTimeMs(stop)).toBeLessThan(SHUTDOWN_MS + PATIENCE_MS);
  });

  it('though the endpoint asks for an hour of patience', async () => {
    endpoint.answer(status(503, { 'retry-after': '3600' }));
    const { stop } = await createStarted();
    await anyPush();
    expect(await stopTimeMs(stop)).toBeLessThan(SHUTDOWN_MS + PATIENCE_MS);
  });

  it('though the engine does not answer any more', async () => {
    const { stop } = await createStarted({ PLIMSOLL_DOCKER_RELIST_INTERVAL_MS: '1000' });
    await anyPush();
    engine.setFaults({ delayMs: 60_000 });
    engine.cutEvents();
    await sleep(1200);
    expect(await stopTimeMs(stop)).toBeLessThan(SHUTDOWN_MS + PATIENCE_MS);
  }, 20_000);
});
