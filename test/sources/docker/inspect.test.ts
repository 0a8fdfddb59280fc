import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Container } from '../../../src/sources/container.ts';
import { MAX_LABELS, parseInspect } from '../../../src/sources/docker/inspect.ts';
import { MAX_TEXT_LENGTH } from '../../../src/sources/docker/json.ts';
import { containerId, inspectDocument } from '../../fakes/docker-documents.ts';

function parse(document: unknown): Container {
  const outcome = parseInspect(document, { runtime: 'docker' });
  if (outcome.status === 'invalid') throw new Error(outcome.reason);
  return outcome.container;
}

const base = () => inspectDocument({ id: 'ab', name: 'web' });
const withState = (state: object) => ({ ...base(), State: { ...base().State, ...state } });
const withNetwork = (networkMode: string) => parse(inspectDocument({ id: 'ab', networkMode })).network;

test('reads what Docker writes', () => {
  const document = inspectDocument({
    id: 'ab',
    name: 'web',
    image: 'registry:5000/team/app:1.2@sha256:abcdef0123',
    pid: 12,
    labels: { tier: 'front', empty: '' },
  });
  document.RestartCount = 3;
  document.State.Health = { Status: 'healthy' };
  expect(parse(document)).toEqual({
    id: containerId('ab'),
    name: 'web',
    runtime: 'docker',
    image: { name: 'registry:5000/team/app', tags: ['1.2'], id: `sha256:${'5'.repeat(64)}` },
    labels: { tier: 'front', empty: '' },
    state: 'running',
    health: 'healthy',
    startedAtMs: Date.parse('2024-05-06T07:08:09.123Z'),
    createdAtMs: Date.parse('2024-05-06T07:08:08.500Z'),
    restartCount: 3,
    pid: 12,
    // Never its arguments, which may hold secrets.
    command: 'server',
    network: { kind: 'own' },
  });
});

test('leaves out what a container that never ran does not have', () => {
  const container = parse(withState({ Status: 'created', Pid: 0, StartedAt: '0001-01-01T00:00:00Z' }));
  expect(container).not.toHaveProperty('pid');
  expect(container).not.toHaveProperty('startedAtMs');
  expect(container).not.toHaveProperty('health');
});

test('tells how a run ended only while the container does not run, and its health only while it does', () => {
  const end = { FinishedAt: '2024-05-06T08:00:00.5Z', ExitCode: 137, OOMKilled: true, Health: { Status: 'unhealthy' } };
  const ended = { finishedAtMs: Date.parse('2024-05-06T08:00:00.500Z'), exitCode: 137, oomKilled: true };
  for (const Status of ['exited', 'dead', 'restarting']) {
    expect(parse(withState({ Status, ...end }))).toMatchObject(ended);
    expect(parse(withState({ Status, ...end }))).not.toHaveProperty('health');
  }
  for (const Status of ['running', 'paused']) {
    expect(parse(withState({ Status, ...end }))).not.toHaveProperty('exitCode');
    expect(parse(withState({ Status, ...end })).health).toBe('unhealthy');
  }
});

test('gives a container that never ran no exit code, unless its start failed', () => {
  const never = { Status: 'created', FinishedAt: '0001-01-01T00:00:00Z' };
  expect(parse(withState({ ...never, ExitCode: 0 }))).not.toHaveProperty('exitCode');
  expect(parse(withState({ ...never, ExitCode: 127 }))).toMatchObject({ exitCode: 127, oomKilled: false });
});

test('keeps a name with several slashes whole', () => {
  expect(parse(inspectDocument({ id: 'ab', name: 'web/alias' })).name).toBe('web/alias');
});

test('names every state', () => {
  const states = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead', 'stopping', 'stopped'];
  expect(states.map((Status) => parse(withState({ Status })).state)).toEqual([
    'created',
    'running',
    'paused',
    'restarting',
    'dead',
    'exited',
    'dead',
    'running',
    'exited',
  ]);
  expect(parseInspect(withState({ Status: 'odd' }), { runtime: 'docker' })).toMatchObject({
    status: 'invalid',
    reason: `container ${containerId('ab')} has the unknown state "odd"`,
  });
});

test('tells whose network a container uses', () => {
  expect(withNetwork('host')).toEqual({ kind: 'host' });
  expect(withNetwork('none')).toEqual({ kind: 'none' });
  expect(withNetwork('bridge')).toEqual({ kind: 'own' });
  expect(withNetwork('my-net')).toEqual({ kind: 'own' });
  expect(withNetwork('container:peer')).toEqual({ kind: 'container', containerId: 'peer' });
  expect(withNetwork('')).toEqual({ kind: 'unknown' });
});

test('bounds names and labels, and takes only labels that are strings', () => {
  const document = base() as unknown as { Name: string; Config: { Labels: unknown } };
  document.Name = `/${'n'.repeat(10_000)}`;
  const many = Object.fromEntries(Array.from({ length: 2 * MAX_LABELS }, (_, index) => [`l${index}`, 'v']));
  document.Config.Labels = { number: 1, nothing: null, long: 'x'.repeat(10_000), ...many };
  const container = parse(document);
  expect(container.name).toHaveLength(MAX_TEXT_LENGTH - 1);
  expect(Object.keys(container.labels)).toHaveLength(MAX_LABELS);
  expect(container.labels['long']).toHaveLength(MAX_TEXT_LENGTH);
  expect(container.labels).not.toHaveProperty('number');
  const leftOut: unknown[] = [];
  parseInspect(document, { runtime: 'docker', onLimit: (limit, count) => leftOut.push([limit, count]) });
  expect(leftOut).toEqual([
    ['engineText', 10_000 - MAX_TEXT_LENGTH],
    ['labels', MAX_LABELS + 1],
    ['engineText', 10_001 - MAX_TEXT_LENGTH],
  ]);
});

test('knows the sandbox of a pod by the labels of the kubelet, and by none of them alone', () => {
  const withLabels = (Labels: Record<string, string>) => ({ ...base(), Config: { ...base().Config, Labels } });
  const kind = { 'io.kubernetes.docker.type': 'podsandbox' };
  const pod = { 'io.kubernetes.pod.uid': 'u1' };
  expect(parse(withLabels({ ...kind, ...pod })).isPodSandbox).toBe(true);
  for (const labels of [kind, pod, { ...pod, 'io.kubernetes.docker.type': 'container' }])
    expect(parse(withLabels(labels)).isPodSandbox).toBeUndefined();
});

test('keeps a label named __proto__ a label', () => {
  const document = JSON.parse(JSON.stringify(base()).replace('"Labels":{}', '"Labels":{"__proto__":"x"}'));
  expect(Object.hasOwn(parse(document).labels, '__proto__')).toBe(true);
});

test('never throws on any JSON', () => {
  const keys = fc.constantFrom('Id', 'Name', 'Image', 'State', 'Status', 'StartedAt', 'Pid', 'Health', 'Config');
  const more = fc.constantFrom('Labels', 'HostConfig', 'NetworkMode', 'RestartCount', '__proto__', 'x');
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom('running', 'container:', '/', containerId('ab'), 'host', '2024-01-01T00:00:00Z', 'a:b@c:d'),
      fc.jsonValue(),
      fc.dictionary(fc.oneof(keys, more), tie('value')),
    ),
  }));
  fc.assert(
    fc.property(value, fc.dictionary(fc.oneof(keys, more), value), fc.boolean(), (state, rest, keepState) => {
      const document = { ...base(), ...rest, State: keepState ? base().State : state };
      for (const candidate of [state, rest, document]) {
        const outcome = parseInspect(candidate, { runtime: 'docker' });
        if (outcome.status === 'invalid') continue;
        const { startedAtMs = 0, restartCount = 0, pid = 1, name } = outcome.container;
        expect(Number.isSafeInteger(startedAtMs) && startedAtMs >= 0).toBe(true);
        expect(restartCount >= 0 && pid > 0 && name.length > 0).toBe(true);
      }
    }),
  );
});
