import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createClock } from '../../../src/clock.ts';
import {
  createDockerDiscovery,
  type DockerDiscovery,
  type DockerDiscoveryOptions,
} from '../../../src/sources/docker/discovery.ts';
import { containerId, inspectDocument } from '../../fakes/docker-documents.ts';
import { createFakeDockerEngine, type FakeDockerEngine } from '../../fakes/docker-engine.ts';

const TIMEOUT_MS = 400;
const RELIST_INTERVAL_MS = 300_000;

let engine: FakeDockerEngine;
let discovery: DockerDiscovery;
let clockMs: number;
let logged: string[];

beforeEach(async () => {
  engine = await createFakeDockerEngine();
  clockMs = Date.now();
  logged = [];
  discovery = discover();
});

afterEach(async () => {
  await discovery.close();
  await engine.close();
});

type Setup = Pick<Partial<DockerDiscoveryOptions>, 'maxContainers' | 'onLimit' | 'now'> & { readonly host?: string };

function discover({ host = engine.host, ...options }: Setup = {}): DockerDiscovery {
  return createDockerDiscovery({
    client: { host, tlsVerify: false, certPath: '', timeoutMs: TIMEOUT_MS },
    relistIntervalMs: RELIST_INTERVAL_MS,
    now: () => clockMs,
    ...options,
    random: () => 0.5,
    log: pino({ level: 'info', base: null }, { write: (line: string) => logged.push(line) }),
  });
}

async function names(): Promise<string[]> {
  return (await discovery.current()).map(({ name }) => name).sort();
}

/** Until the stream of events is there: what the engine does from now on is heard. */
async function listening(): Promise<void> {
  await vi.waitFor(() => expect(engine.listeners()).toBe(1));
}

test('lists and inspects the containers that are active, with the API version the engine speaks', async () => {
  engine.add(inspectDocument({ id: 'a1', name: 'web', pid: 77, image: 'registry:5000/team/app:1.2' }));
  engine.add(inspectDocument({ id: 'a2', name: 'asleep', status: 'paused' }));
  engine.add(inspectDocument({ id: 'a3', name: 'over', status: 'exited' }));
  expect(await names()).toEqual(['asleep', 'web']);
  const web = (await discovery.current()).find(({ name }) => name === 'web');
  expect(web).toMatchObject({
    id: containerId('a1'),
    runtime: 'docker',
    pid: 77,
    state: 'running',
    image: { name: 'registry:5000/team/app', tags: ['1.2'] },
  });
  expect(discovery.status()).toEqual({ status: 'ok', source: `docker at ${engine.host}` });
  expect(engine.requests[0]).toBe('GET /version');
  expect(engine.requests.slice(1).every((request) => request.startsWith('GET /v1.41/'))).toBe(true);
});

test('asks nothing while nothing changes, and never for statistics', async () => {
  engine.add(inspectDocument({ id: 'a1' }));
  await discovery.current();
  await listening();
  await names();
  engine.requests.length = 0;
  for (let cycle = 0; cycle < 20; cycle += 1) {
    clockMs += 10_000;
    await discovery.current();
  }
  expect(engine.requests).toEqual([]);
  engine.emit(containerId('a1'), 'exec_start: sh');
  engine.emit(containerId('a1'), 'exec_die');
  await discovery.current();
  expect(engine.requests).toEqual([]);
});

test('lists again when the interval has passed, and inspects only what is new then', async () => {
  engine.add(inspectDocument({ id: 'a1' }));
  await discovery.current();
  await listening();
  await names();
  engine.requests.length = 0;
  clockMs += RELIST_INTERVAL_MS + 1;
  await discovery.current();
  expect(engine.requests).toHaveLength(1);
  expect(engine.requests[0]).toMatch(/containers\/json\?filters={"status":\["running","paused","restarting"\]}$/);
});

test.each([
  ['back', -3_600_000],
  ['forward', 3_600_000],
])('keeps its pace when the wall clock is set %s by an hour', async (_, stepMs) => {
  let [wallMs, monotonicMs] = [Date.now(), 0];
  const pass = (ms: number): void => {
    [wallMs, monotonicMs] = [wallMs + ms, monotonicMs + ms];
  };
  const clock = createClock({ unixMs: () => wallMs, monotonicMs: () => monotonicMs });
  await discovery.close();
  discovery = discover({ now: () => clock.now().unixMs });
  engine.add(inspectDocument({ id: 'a1', name: 'hangs' }));
  engine.setFaults({ path: /a10*\/json$/, delayMs: 2 * TIMEOUT_MS });
  await names();
  await expect.poll(() => logged.some((line) => line.includes('cannot inspect'))).toBe(true);
  await names();
  await listening();
  wallMs += stepMs;
  engine.setFaults();
  pass(40_000);
  await expect.poll(names).toEqual(['hangs']);

  engine.requests.length = 0;
  for (let minute = 0; minute < 60; minute += 1) {
    pass(60_000);
    await discovery.current();
  }
  // An hour has twelve turns of five minutes; while time passes at nine tenths, a tenth of them is missing.
  expect(engine.requests.length).toBeGreaterThanOrEqual(9);
  expect(engine.requests.length).toBeLessThanOrEqual(13);
});

test('finds what was started, removed, renamed, paused and declared unhealthy later', async () => {
  expect(await names()).toEqual([]);
  await listening();
  engine.add(inspectDocument({ id: 'b1', name: 'first' }));
  engine.add(inspectDocument({ id: 'b2', name: 'second' }));
  await expect.poll(names).toEqual(['first', 'second']);
  engine.rename(containerId('b1'), 'other');
  await expect.poll(names).toEqual(['other', 'second']);
  engine.pause(containerId('b1'));
  engine.setHealth(containerId('b1'), 'unhealthy');
  await expect
    .poll(async () => (await discovery.current()).find(({ name }) => name === 'other'))
    .toMatchObject({ state: 'paused', health: 'unhealthy' });
  engine.remove(containerId('b2'));
  await expect.poll(names).toEqual(['other']);
  engine.die(containerId('b1'));
  await expect.poll(names).toEqual([]);
  engine.start(containerId('b1'), { StartedAt: '2025-01-01T00:00:00.5Z' });
  await expect
    .poll(discovery.current)
    .toMatchObject([{ pid: 4243, startedAtMs: Date.parse('2025-01-01T00:00:00.500Z') }]);
  expect(discovery.gaps()).toBe(0);
});

test('leaves out a container that ends between list and inspect', async () => {
  engine.add(inspectDocument({ id: 'a1', name: 'stays' }));
  engine.add(inspectDocument({ id: 'a2', name: 'goes' }));
  engine.setFaults({ path: /a20*\/json$/, status: 404 });
  expect(await names()).toEqual(['stays']);
  expect(discovery.status().status).toBe('ok');
});

test('keeps one container that cannot be inspected from costing the others', async () => {
  engine.add(inspectDocument({ id: 'a1', name: 'fine' }));
  engine.add(inspectDocument({ id: 'a2', name: 'broken' }));
  engine.setFaults({ path: /a20*\/json$/, status: 500 });
  expect(await names()).toEqual(['fine']);
  expect(await names()).toEqual(['fine']);
  expect(logged.filter((line) => line.includes('cannot inspect'))).toHaveLength(1);
  engine.setFaults();
  expect(await names()).toEqual(['broken', 'fine']);
});

test('asks about a container whose inspect hangs only now and then', async () => {
  engine.add(inspectDocument({ id: 'a1', name: 'fine' }));
  engine.add(inspectDocument({ id: 'a2', name: 'hangs' }));
  engine.setFaults({ path: /a20*\/json$/, delayMs: 2 * TIMEOUT_MS });
  await names();
  await expect.poll(() => logged.some((line) => line.includes('cannot inspect'))).toBe(true);
  await names();
  engine.requests.length = 0;
  expect(await names()).toEqual(['fine']);
  expect(engine.requests).toEqual([]);
  engine.setFaults();
  clockMs += 30_000;
  expect(await names()).toEqual(['fine', 'hangs']);
});

test('is right again at the next call after the stream of events was cut', async () => {
  engine.add(inspectDocument({ id: 'a1', name: 'ends' }));
  engine.add(inspectDocument({ id: 'a2', name: 'restarts' }));
  await discovery.current();
  await listening();
  clockMs += 60_000;
  engine.cutEvents();
  await vi.waitFor(() => expect(discovery.gaps()).toBe(1));
  engine.remove(containerId('a1'));
  engine.die(containerId('a2'));
  engine.start(containerId('a2'), { Pid: 99 });
  engine.add(inspectDocument({ id: 'a3', name: 'appears' }));
  expect(await names()).toEqual(['appears', 'restarts']);
  expect(await discovery.current()).toContainEqual(expect.objectContaining({ name: 'restarts', pid: 99 }));
  await listening();
  expect(engine.requests.filter((request) => request.includes('/events'))).toHaveLength(2);
});

test('opens a stream of events that keeps breaking ever more seldom, and stays right meanwhile', async () => {
  engine.setFaults({ path: /events$/, status: 403 });
  const opened = () => engine.requests.filter((request) => request.includes('/events')).length;
  for (let second = 0; second < 60; second += 1) {
    const digits = (second + 1).toString(16).padStart(2, '0');
    engine.add(inspectDocument({ id: digits }));
    expect(await discovery.current()).toHaveLength(second + 1);
    clockMs += 1_000;
  }
  expect(opened()).toBeGreaterThan(3);
  expect(opened()).toBeLessThan(10);
  expect(discovery.status().status).toBe('ok');
  expect(logged.filter((line) => line.includes('refuses its events'))).toHaveLength(1);
});

test('survives lines that are no events and lines without end', async () => {
  await discovery.current();
  await listening();
  engine.writeRaw('no json\n[]\n{"Type":"container","Action":"die","Actor":{"ID":"../../etc"}}\n');
  engine.writeRaw(`${'x'.repeat(600_000)}\n`);
  engine.add(inspectDocument({ id: 'c1', name: 'after' }));
  await expect.poll(names).toEqual(['after']);
  expect(discovery.garbageLines()).toBe(4);
  expect(discovery.gaps()).toBe(0);
});

test('shares one round of questions between callers', async () => {
  engine.add(inspectDocument({ id: 'a1' }));
  const [first, second] = await Promise.all([discovery.current(), discovery.current()]);
  expect(second).toEqual(first);
  expect(engine.requests.filter((request) => request === 'GET /version')).toHaveLength(1);
});

test('measures as many containers as are allowed and says that there are more', async () => {
  await discovery.close();
  const leftOut: unknown[] = [];
  discovery = discover({ maxContainers: 3, onLimit: (limit, count) => leftOut.push([limit, count]) });
  for (const id of ['a1', 'a2', 'a3', 'a4', 'a5']) engine.add(inspectDocument({ id }));
  expect(await discovery.current()).toHaveLength(3);
  await listening();
  engine.add(inspectDocument({ id: 'a6' }));
  await vi.waitFor(async () => {
    expect(await discovery.current()).toHaveLength(3);
    expect(leftOut.at(-1)).toEqual(['containers', 3]);
  });
});

test('knows whose network a container shares when the engine gives only a name', async () => {
  engine.add(inspectDocument({ id: 'a1', name: 'owner' }));
  engine.add(inspectDocument({ id: 'a2', name: 'guest', networkMode: 'container:owner' }));
  engine.add(inspectDocument({ id: 'a3', name: 'orphan', networkMode: 'container:nobody' }));
  const networks = new Map((await discovery.current()).map(({ name, network }) => [name, network]));
  expect(networks.get('guest')).toEqual({ kind: 'container', containerId: containerId('a1') });
  expect(networks.get('orphan')).toEqual({ kind: 'unknown' });
});

test('asks who the engine is once', async () => {
  await discovery.current();
  const expected = { id: 'FAKE:ENGINE:ID', name: 'fake-host', version: '20.10.24', runtime: 'docker' };
  expect(await discovery.info()).toEqual(expected);
  expect(await discovery.info()).toEqual(expected);
  expect(engine.requests.filter((request) => request.endsWith('/info'))).toHaveLength(1);
});

test('speaks to Podman in the words it knows', async () => {
  engine.version['Components'] = [{ Name: 'Podman Engine' }];
  engine.add(inspectDocument({ id: 'a1' }));
  expect(await discovery.current()).toMatchObject([{ runtime: 'podman' }]);
  await listening();
  expect(engine.requests.some((request) => request.includes('restarting'))).toBe(false);
  expect(discovery.status()).toMatchObject({ source: `podman at ${engine.host}` });
});

test('asks nothing and ends the stream after close', async () => {
  engine.add(inspectDocument({ id: 'a1' }));
  await discovery.current();
  await listening();
  await discovery.close();
  await vi.waitFor(() => expect(engine.listeners()).toBe(0));
  engine.requests.length = 0;
  expect(await discovery.current()).toHaveLength(1);
  expect(engine.requests).toEqual([]);
});

test('ends a question under way at close', async () => {
  engine.setFaults({ delayMs: 200 });
  const pending = discovery.current();
  await discovery.close();
  expect(await pending).toEqual([]);
});
