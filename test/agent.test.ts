import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAccounts } from '../src/accounting/accounts.ts';
import { type AgentEvents, buildAgent, type Lasting } from '../src/build/agent.ts';
import { createClock, createSystemClock } from '../src/clock.ts';
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
let outboxDirectory: string;
const releasers: (() => Promise<void>)[] = [];

beforeEach(async () => {
  engine = await createFakeDockerEngine();
  // A container of this very process: it is there as long as the test is.
  engine.add(inspectDocument({ id: 'abc', name: 'web', pid: process.pid }));
  endpoint = await createOtlpEndpoint();
  outboxDirectory = mkdtempSync(join(tmpdir(), 'plimsoll-outbox-'));
  releasers.push(async () => rmSync(outboxDirectory, { recursive: true }), engine.close, endpoint.close);
});

afterEach(async () => {
  for (const release of releasers.splice(0).reverse()) await release();
});

const SHUTDOWN_MS = 1000;
/** What a machine that is busy with other tests may need on top. */
const PATIENCE_MS = 1500;

type Parts = Partial<Lasting> & AgentEvents;

const configOf = (env: Readonly<Record<string, string>> = {}): Config =>
  load({
    env: {
      PLIMSOLL_DOCKER_HOST: engine.host,
      PLIMSOLL_PUSH_ENDPOINT: endpoint.url,
      PLIMSOLL_PUSH_COMPRESSION: 'none',
      PLIMSOLL_OUTBOX_DIRECTORY: outboxDirectory,
      PLIMSOLL_STATUS_ADDRESS: '127.0.0.1:0',
      PLIMSOLL_COLLECTION_INTERVAL_MS: '1000',
      PLIMSOLL_COLLECTION_SELF_INTERVAL_MS: '1000',
      PLIMSOLL_SHUTDOWN_TIMEOUT_MS: String(SHUTDOWN_MS),
      ...env,
    },
  }).config;

async function createStarted(env: Readonly<Record<string, string>> = {}, parts: Parts = {}) {
  const { log, texts } = createLogLines();
  const lasting = { accounts: createAccounts(), clock: createSystemClock(), ...parts };
  const agent = await buildAgent({ config: configOf(env), log }, lasting, parts);
  await agent.start();
  let stopping: Promise<void> | undefined;
  const stop = (next?: Config): Promise<void> => {
    stopping ??= agent.stop(next);
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

const anyPush = () => waitFor('a push', () => endpoint.received[0], { timeoutMs: 20_000, everyMs: 20 });

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
    const own = resources().findLast((each) => textAttributes(each)['service.name'] === 'plimsoll');
    const exported = own?.scopeMetrics
      ?.flatMap(({ metrics = [] }) => metrics)
      .find(({ name }) => name === 'otel.sdk.exporter.metric_data_point.exported')?.sum?.dataPoints?.[0];
    expect(Number(exported?.asInt)).toBeGreaterThan(0);
    expect(exported?.attributes?.map(({ value }) => `${value?.stringValue ?? value?.intValue}`)).toContain(
      `${endpoint.port}`,
    );
  });

  it('has no requests for its own metrics alone while it runs: they go along with containers', async () => {
    await createStarted();
    const ofRequests = () =>
      endpoint.received.map(({ body }) => (decodeMetricsRequest(body).resourceMetrics ?? []).map(textAttributes));
    const own = () => ofRequests().filter((each) => each.some((of) => of['service.name'] === 'plimsoll'));
    await waitFor('own metrics twice', () => own()[1], { timeoutMs: 20_000, everyMs: 20 });
    for (const request of own()) expect(request.map((each) => each['container.id'])).toContain(containerId('abc'));
  }, 30_000);

  it('tells of itself with its second cycle, and then when its own interval is over', async () => {
    await createStarted({ PLIMSOLL_COLLECTION_SELF_INTERVAL_MS: '3000' });
    await waitFor('six cycles', () => endpoint.received[5], { timeoutMs: 20_000, everyMs: 20 });
    const withOwn = endpoint.received.map(({ body }) =>
      (decodeMetricsRequest(body).resourceMetrics ?? []).some(
        (each) => textAttributes(each)['service.name'] === 'plimsoll',
      ),
    );
    expect(withOwn.slice(0, 3)).toEqual([false, true, false]);
    expect(withOwn.slice(3, 6)).toContain(true);
  }, 30_000);

  it('pushes nothing after it was stopped', async () => {
    const { stop } = await createStarted();
    await anyPush();
    await stop();
    const count = endpoint.received.length;
    await sleep(1200);
    expect(endpoint.received).toHaveLength(count);
  });

  it('starts before the engine and the receiver are there, and pushes what it measured when they are', async () => {
    await engine.shut();
    await endpoint.close();
    const { texts } = await createStarted({ PLIMSOLL_DISCOVERY_SOURCE: 'docker' });
    await waitFor('trouble', () => texts().find((text) => /cannot push/.test(text)), { timeoutMs: 5000, everyMs: 20 });
    await engine.open();
    const later = await createOtlpEndpoint(undefined, endpoint.port);
    releasers.push(later.close);
    const ofContainer = () =>
      later.received
        .flatMap(({ body }) => decodeMetricsRequest(body).resourceMetrics ?? [])
        .find((each) => textAttributes(each)['container.id'] === containerId('abc'));
    await waitFor('the container', ofContainer, { timeoutMs: 15_000 });
  }, 30_000);

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

/** Ids of the containers in the requests from `first` on, by whether all points say that their series have ended. */
function sentSince(first: number) {
  const sent = endpoint.received.slice(first).flatMap(({ body }) => decodeMetricsRequest(body).resourceMetrics ?? []);
  const hasEnded = ({ scopeMetrics = [] }: (typeof sent)[number]): boolean =>
    scopeMetrics
      .flatMap(({ metrics = [] }) => metrics)
      .flatMap((metric) => (metric.sum ?? metric.gauge)?.dataPoints ?? [])
      .every(({ flags }) => flags === 1);
  const ids = (wanted: boolean) =>
    new Set(sent.filter((each) => hasEnded(each) === wanted).map((each) => textAttributes(each)['container.id'] ?? ''));
  return { ended: ids(true), living: ids(false) };
}

describe('a reload', () => {
  it('ends the series of the containers that the new configuration leaves out, and of no other', async () => {
    engine.add(inspectDocument({ id: 'def', name: 'db', pid: process.ppid }));
    const { stop } = await createStarted();
    await anyPush();
    const before = endpoint.received.length;
    await stop(configOf({ PLIMSOLL_CONTAINERS_EXCLUDE: 'db' }));
    const { ended, living } = sentSince(before);
    expect(ended).toEqual(new Set([containerId('def')]));
    expect(living).toContain(containerId('abc'));
  });

  it('ends all series where the metrics are others, in one piece with their last values', async () => {
    const { stop } = await createStarted();
    await anyPush();
    const before = endpoint.received.length;
    await stop(configOf({ PLIMSOLL_METRICS_EXCLUDE: 'container.memory.usage' }));
    expect(sentSince(before).ended).toEqual(new Set([containerId('abc')]));
  });

  it('is the only end that ends series: those of an agent that stops go on with the next', async () => {
    const { stop } = await createStarted();
    await anyPush();
    await stop();
    expect(sentSince(0).ended).toEqual(new Set());
  });
});

it('says how it is going after each cycle', async () => {
  const statuses: string[] = [];
  await createStarted({}, { onCycle: (status) => statuses.push(status) });
  await waitFor('two cycles', () => statuses[1], { timeoutMs: 20_000, everyMs: 20 });
  expect(statuses[1]).toMatch(/^containers: 1; docker at unix:.*: ok; batches that wait: \d+$/);
});

it('says so when time is dated ahead of a clock that was set back, and when that is over', async () => {
  let stepMs = 0;
  const clock = createClock({ unixMs: () => Date.now() + stepMs, monotonicMs: () => performance.now() });
  const { texts } = await createStarted({}, { clock });
  await anyPush();
  stepMs = -3_600_000;
  await waitFor('a word', () => texts().find((text) => /set back/.test(text)), { timeoutMs: 20_000, everyMs: 20 });
  stepMs = 0;
  await waitFor('a word', () => texts().find((text) => /caught up/.test(text)), { timeoutMs: 20_000, everyMs: 20 });
  expect(texts().filter((text) => /set back/.test(text))).toHaveLength(1);
}, 60_000);

describe('stopping within its time', () => {
  it('though a cycle hangs, and sends what is there', async () => {
    const hung = Promise.withResolvers<void>();
    const state = {
      directory: undefined,
      note: () => undefined,
      close: () => hung.promise,
      abandon: () => undefined,
      afterCycle: () => hung.promise,
    };
    const { stop, texts } = await createStarted({}, { state });
    await anyPush();
    const before = endpoint.received.length;
    expect(await stopTimeMs(stop)).toBeLessThan(SHUTDOWN_MS + PATIENCE_MS);
    expect(texts()).toContain('the last cycle does not end in time: stopping without it');
    // The agent's own metrics are made at the end.
    expect(endpoint.received.length).toBeGreaterThan(before);
  });

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

  it('though the engine never answered', async () => {
    engine.setFaults({ delayMs: 60_000 });
    const { stop } = await createStarted();
    await waitFor('a request', () => engine.requests[0], { timeoutMs: 5000, everyMs: 20 });
    expect(await stopTimeMs(stop)).toBeLessThan(SHUTDOWN_MS + PATIENCE_MS);
  }, 20_000);

  it('though the engine does not answer any more', async () => {
    const { stop } = await createStarted({ PLIMSOLL_DOCKER_RELIST_INTERVAL_MS: '1000' });
    await anyPush();
    engine.setFaults({ delayMs: 60_000 });
    engine.cutEvents();
    await sleep(1200);
    expect(await stopTimeMs(stop)).toBeLessThan(SHUTDOWN_MS + PATIENCE_MS);
  }, 20_000);
});
