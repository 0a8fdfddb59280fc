import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDockerDiscovery, type DockerDiscovery } from '../../../src/sources/docker/discovery.ts';
import { containerId, inspectDocument } from '../../fakes/docker-documents.ts';
import { createFakeDockerEngine, type FakeDockerEngine } from '../../fakes/docker-engine.ts';

const RETENTION_MS = 300_000;
const MINUTE_MS = 60_000;

let engine: FakeDockerEngine;
let discovery: DockerDiscovery;
let clockMs: number;

beforeEach(async () => {
  engine = await createFakeDockerEngine();
  clockMs = Date.now();
  discovery = discover(RETENTION_MS);
});

afterEach(async () => {
  await discovery.close();
  await engine.close();
});

function discover(stoppedRetentionMs: number, imageDigests = false): DockerDiscovery {
  return createDockerDiscovery({
    client: { host: engine.host, tlsVerify: false, certPath: '', timeoutMs: 1_000 },
    relistIntervalMs: 10 * RETENTION_MS,
    stoppedRetentionMs,
    imageDigests,
    now: () => clockMs,
    random: () => 0.5,
    log: pino({ level: 'silent' }),
  });
}

const ago = (ms: number): string => new Date(clockMs - ms).toISOString();
const stoppedFor = (id: string, ms: number) =>
  inspectDocument({ id, name: id, status: 'exited', exitCode: 3, createdAt: ago(ms), finishedAt: ago(ms) });
const names = async (): Promise<string[]> => (await discovery.current()).map(({ name }) => name).sort();
const listening = () => vi.waitFor(() => expect(engine.listeners()).toBe(1));
const inspections = (): number =>
  engine.requests.filter((request) => /containers\/[0-9a-f]+\/json/.test(request)).length;

test('tells of containers that stopped, or were created and not started, a short time ago', async () => {
  engine.add(stoppedFor('a1', MINUTE_MS));
  engine.add(stoppedFor('a2', 6 * MINUTE_MS));
  engine.add(inspectDocument({ id: 'a3', name: 'a3', status: 'created', createdAt: ago(MINUTE_MS) }));
  engine.add(inspectDocument({ id: 'a4', name: 'a4', status: 'created', createdAt: ago(6 * MINUTE_MS) }));
  expect(await names()).toEqual(['a1', 'a3']);
  expect((await discovery.current())[0]).toMatchObject({ state: 'exited', exitCode: 3, oomKilled: false });
});

test('forgets them when their time has passed, without asking anything', async () => {
  engine.add(stoppedFor('a1', MINUTE_MS));
  engine.add(stoppedFor('a2', 3 * MINUTE_MS));
  await names();
  await listening();
  await names();
  engine.requests.length = 0;
  clockMs += 3 * MINUTE_MS;
  expect(await names()).toEqual(['a1']);
  clockMs += 2 * MINUTE_MS;
  expect(await names()).toEqual([]);
  expect(engine.requests).toEqual([]);
});

test('inspects none of thousands that stopped long ago, and at most a hundred of those that may be new', async () => {
  const id = (prefix: string, index: number) => `${prefix}${index.toString(16).padStart(4, '0')}`;
  for (let index = 0; index < 5_000; index += 1) engine.addOld(stoppedFor(id('a', index), 24 * 60 * MINUTE_MS));
  await names();
  expect(inspections()).toBe(0);
  await discovery.close();
  for (let index = 0; index < 300; index += 1) engine.addOld(stoppedFor(id('b', index), MINUTE_MS));
  discovery = discover(RETENTION_MS);
  expect(await names()).toHaveLength(100);
  expect(inspections()).toBe(100);
});

test('keeps a container whose end it heard of, and takes it for running again when it is started', async () => {
  engine.add(inspectDocument({ id: 'b1', name: 'b1' }));
  await names();
  await listening();
  engine.die(containerId('b1'), { ExitCode: 137, OOMKilled: true });
  const first = async () => (await discovery.current())[0];
  await expect.poll(first).toMatchObject({ state: 'exited', exitCode: 137, oomKilled: true });
  expect(await first()).not.toHaveProperty('pid');
  engine.start(containerId('b1'), { StartedAt: '2025-01-01T00:00:00Z' });
  await expect.poll(first).toMatchObject({ state: 'running', startedAtMs: Date.parse('2025-01-01T00:00:00Z') });
  expect(await first()).not.toHaveProperty('exitCode');
  engine.die(containerId('b1'));
  engine.remove(containerId('b1'));
  await expect.poll(names).toEqual([]);
});

test('finds out after a gap what stopped, was created and was removed during it', async () => {
  engine.add(inspectDocument({ id: 'c1', name: 'stops' }));
  engine.add(inspectDocument({ id: 'c2', name: 'goes' }));
  engine.add(stoppedFor('c3', MINUTE_MS));
  await names();
  await listening();
  await engine.shut();
  engine.die(containerId('c1'));
  engine.remove(containerId('c2'));
  engine.remove(containerId('c3'));
  engine.add(inspectDocument({ id: 'c4', name: 'new', status: 'created', createdAt: ago(0) }));
  await engine.open();
  clockMs += 2_000;
  await expect.poll(names).toEqual(['new', 'stops']);
});

test('speaks of none, and lists none, where it is told so', async () => {
  await discovery.close();
  discovery = discover(0);
  engine.add(stoppedFor('d1', 0));
  engine.add(inspectDocument({ id: 'd2', name: 'd2' }));
  expect(await names()).toEqual(['d2']);
  expect(engine.requests.filter((request) => request.includes('exited'))).toEqual([]);
  await listening();
  engine.die(containerId('d2'));
  await expect.poll(names).toEqual([]);
});

test('counts runs that nobody saw by the cycle after their end, and none twice though a new stream repeats events', async () => {
  const unseen = async () => {
    await names();
    return discovery.unseen();
  };
  await names();
  await listening();
  for (const id of ['e1', 'e2', 'e3']) engine.add(inspectDocument({ id, name: id }));
  await expect.poll(names).toEqual(['e1', 'e2', 'e3']);
  discovery.seen(containerId('e1'));
  for (const id of ['e1', 'e2', 'e3']) engine.die(containerId(id));
  await expect.poll(async () => (await discovery.current()).map(({ state }) => state)).toEqual(Array(3).fill('exited'));
  discovery.seenAtEnd(containerId('e3'));
  await expect.poll(unseen).toBe(1);
  engine.cutEvents();
  await vi.waitFor(() => expect(discovery.gaps()).toBe(1));
  clockMs += 5_000;
  await names();
  await listening();
  engine.start(containerId('e1'));
  engine.die(containerId('e1'));
  await expect.poll(unseen).toBe(2);
});

test('tells once of a container that was started and removed between two cycles, as far as its events do', async () => {
  await names();
  await listening();
  const labels = { team: 'front' };
  engine.add(inspectDocument({ id: 'f1', name: 'job', image: 'registry:5000/job:7', labels }));
  engine.die(containerId('f1'), { ExitCode: 5 });
  engine.remove(containerId('f1'));
  const told = await vi.waitUntil(async () => (await discovery.current()).find(({ name }) => name === 'job'));
  expect(told).toMatchObject({
    id: containerId('f1'),
    state: 'exited',
    exitCode: 5,
    image: { name: 'registry:5000/job', tags: ['7'] },
    labels,
  });
  expect(await names()).toEqual([]);
  expect(discovery.unseen()).toBe(1);
});

test('asks for the digests of an image once, and never lets a container wait for what fails', async () => {
  await discovery.close();
  discovery = discover(0, true);
  const image = `sha256:${'5'.repeat(64)}`;
  engine.setFaults({ path: /images/, status: 500 });
  engine.add(inspectDocument({ id: 'f1', name: 'f1' }));
  expect(await discovery.current()).toMatchObject([{ name: 'f1', image: { name: 'redis' } }]);
  engine.setFaults();
  engine.images.set(image, { RepoDigests: ['redis@sha256:77', 7] });
  clockMs += 2 * MINUTE_MS;
  await listening();
  engine.requests.length = 0;
  engine.add(inspectDocument({ id: 'f2', name: 'f2' }));
  engine.add(inspectDocument({ id: 'f3', name: 'f3' }));
  await expect.poll(names).toEqual(['f1', 'f2', 'f3']);
  const digests = (await discovery.current()).map((container) => container.image.repoDigests);
  expect(digests).toEqual([undefined, ['redis@sha256:77'], ['redis@sha256:77']]);
  expect(engine.requests.filter((request) => request.includes('/images/'))).toHaveLength(1);
});
