import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDockerDiscovery, type DockerDiscovery } from '../../../src/sources/docker/discovery.ts';
import { inspectDocument } from '../../fakes/docker-documents.ts';
import { createFakeDockerEngine, type FakeDockerEngine, type Fault } from '../../fakes/docker-engine.ts';

const TIMEOUT_MS = 300;

let engine: FakeDockerEngine;
let discovery: DockerDiscovery;
let logged: string[];

beforeEach(async () => {
  engine = await createFakeDockerEngine();
  logged = [];
  discovery = createDockerDiscovery({
    client: { host: engine.host, tlsVerify: false, certPath: '', timeoutMs: TIMEOUT_MS },
    relistIntervalMs: 300_000,
    now: Date.now,
    random: () => 0.5,
    log: pino({ level: 'info', base: null }, { write: (line: string) => logged.push(line) }),
  });
});

afterEach(async () => {
  await discovery.close();
  await engine.close();
});

test('says that the socket is missing, once, and finds the containers when it appears', async () => {
  await engine.shut();
  for (let cycle = 0; cycle < 3; cycle += 1) expect(await discovery.current()).toEqual([]);
  expect(discovery.status()).toMatchObject({
    status: 'away',
    reason: `no Docker socket at ${engine.socketPath}: is Docker running? Start it, or set docker.host to where the engine listens`,
  });
  expect(await discovery.info()).toBeUndefined();
  expect(logged).toHaveLength(1);
  engine.add(inspectDocument({ id: 'a1' }));
  await engine.open();
  expect(await discovery.current()).toHaveLength(1);
  expect(discovery.status().status).toBe('ok');
  expect(logged).toHaveLength(2);
});

test('answers what it knew while the engine is stopped, and what is true when it is back', async () => {
  engine.add(inspectDocument({ id: 'a1', name: 'old' }));
  await discovery.current();
  await vi.waitFor(() => expect(engine.listeners()).toBe(1));
  await engine.shut();
  await vi.waitFor(() => expect(discovery.gaps()).toBe(1));
  expect(await discovery.current()).toMatchObject([{ name: 'old' }]);
  expect(discovery.status().status).toBe('away');
  engine.remove([...engine.containers.keys()][0] ?? '');
  engine.add(inspectDocument({ id: 'a2', name: 'new' }));
  engine.version['ApiVersion'] = '1.44';
  engine.version['MinAPIVersion'] = '1.44';
  await engine.open();
  engine.requests.length = 0;
  expect(await discovery.current()).toMatchObject([{ name: 'new' }]);
  expect(engine.requests).toContainEqual(expect.stringMatching(/^GET \/v1\.44\/containers\/json/));
});

const faults: [string, Fault, RegExp][] = [
  ['errors', { status: 500 }, /answered with an error.*told to fail/],
  ['refusals', { path: /containers/, status: 403 }, /refuses the request.*allow GET/],
  ['garbage', { body: '<html>hello</html>' }, /does not answer like a container engine/],
  ['JSON of another kind', { body: '{"hello": 1}' }, /does not answer like a container engine/],
  ['a list of something else', { path: /containers.json/, body: '[1, 2]' }, /does not answer like a container engine/],
  ['half an answer', { cut: true }, /within 300 ms|socket hang up|aborted|reset/],
  ['silence', { delayMs: 3 * TIMEOUT_MS }, /no answer within 300 ms.*docker\.timeoutMs/],
];

test.each(faults)('keeps its list through %s, in bounded time, and says so', async (_kind, fault, reason) => {
  engine.add(inspectDocument({ id: 'a1' }));
  await discovery.current();
  await vi.waitFor(() => expect(engine.listeners()).toBe(1));
  engine.setFaults(fault);
  engine.cutEvents();
  await vi.waitFor(() => expect(discovery.gaps()).toBe(1));
  const startedAtMs = performance.now();
  expect(await discovery.current()).toHaveLength(1);
  expect(performance.now() - startedAtMs).toBeLessThan(2 * TIMEOUT_MS);
  expect(discovery.status()).toMatchObject({ status: 'away', reason: expect.stringMatching(reason) });
  await discovery.current();
  expect(logged).toHaveLength(2);
  engine.setFaults();
  engine.add(inspectDocument({ id: 'a2' }));
  expect(await discovery.current()).toHaveLength(2);
  expect(discovery.status().status).toBe('ok');
});

test('gives up the round when the engine stops answering in its middle', async () => {
  for (let number = 10; number < 60; number += 1) engine.add(inspectDocument({ id: `${number}` }));
  engine.setFaults({ path: /containers\/\w+\/json/, delayMs: 3 * TIMEOUT_MS });
  const startedAtMs = performance.now();
  expect(await discovery.current()).toEqual([]);
  expect(performance.now() - startedAtMs).toBeLessThan(2 * TIMEOUT_MS);
  await expect.poll(() => discovery.status().status).toBe('away');
  expect(engine.requests.length).toBeLessThan(15);
  engine.setFaults();
  expect(await discovery.current()).toHaveLength(50);
});
