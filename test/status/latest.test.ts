import { describe, expect, it } from 'vitest';
import type { ContainerRow } from '../../src/status/container-row.ts';
import { createLatestContainers } from '../../src/status/latest.ts';
import { textAttributes } from '../../src/status/points.ts';
import { container, type Push, requestOf } from './pushes.ts';

const INTERVAL_MS = 10_000;

type Story = {
  readonly name: string;
  /** Each at its own `timeMs`, which is also when it is received. */
  readonly pushes: readonly Push[];
  /** One interval after time 0 unless told. */
  readonly atMs?: number;
  readonly rows: readonly { readonly [Field in keyof ContainerRow]?: ContainerRow[Field] | undefined }[];
};

const usage = (cores: number) => ({ 'container.cpu.usage': { user: cores / 2, system: cores / 2 } });
const net = (receive: number, transmit: number) => ({
  'container.network.io': { 'eth0 receive': receive, 'eth0 transmit': transmit },
});

const STORIES: readonly Story[] = [
  {
    name: 'adds CPU over modes, processes over states, and names the state whose point is 1',
    pushes: [
      container('web', {
        resource: { 'container.id': 'a', 'container.name': 'web', 'container.image.name': 'nginx' },
        metrics: {
          ...usage(1.5),
          'container.process.count': { running: 1, sleeping: 4, stopped: 0 },
          'container.status': { created: 0, running: 1, exited: 0 },
          'container.memory.working_set': 70,
          'container.memory.limit': 100,
          'container.uptime': 12.5,
        },
      }),
    ],
    rows: [
      {
        name: 'web',
        image: 'nginx',
        state: 'running',
        cpuCores: 1.5,
        processCount: 5,
        memoryWorkingSetBytes: 70,
        memoryLimitBytes: 100,
        uptimeSeconds: 12.5,
      },
    ],
  },
  {
    name: 'has no rate after one push',
    pushes: [container('a', { metrics: net(1000, 10) })],
    rows: [{ networkReceiveBytesPerSecond: undefined, cpuCores: undefined }],
  },
  {
    name: 'makes rates of two pushes, summed over interfaces',
    pushes: [
      container('a', { metrics: { 'container.network.io': { 'eth0 receive': 0, 'eth1 receive': 500, x: 0 } } }),
      container('a', {
        timeMs: 10_000,
        metrics: { 'container.network.io': { 'eth0 receive': 1000, 'eth1 receive': 700, x: 9 } },
      }),
    ],
    rows: [{ networkReceiveBytesPerSecond: 120, networkTransmitBytesPerSecond: undefined }],
  },
  {
    name: 'takes CPU from the difference of CPU time where no usage is pushed',
    pushes: [
      container('a', { metrics: { 'container.cpu.time': { user: 100, system: 50 } } }),
      container('a', { timeMs: 10_000, metrics: { 'container.cpu.time': { user: 115, system: 55 } } }),
    ],
    rows: [{ cpuCores: 2 }],
  },
  {
    name: 'makes rates of delta points without a second push',
    pushes: [container('a', { timeMs: 10_000, delta: { startMs: 0 }, metrics: net(2000, 0) })],
    rows: [{ networkReceiveBytesPerSecond: 200, networkTransmitBytesPerSecond: 0 }],
  },
  {
    name: 'gives no rate when a counter began again',
    pushes: [container('a', { metrics: net(5000, 0) }), container('a', { timeMs: 10_000, metrics: net(10, 20) })],
    rows: [{ networkReceiveBytesPerSecond: undefined, networkTransmitBytesPerSecond: 2 }],
  },
  {
    name: 'lets a request that is sent twice change nothing',
    pushes: [
      container('a', { metrics: net(0, 0) }),
      container('a', { timeMs: 10_000, metrics: net(100, 0) }),
      container('a', { timeMs: 10_000, metrics: net(100, 0) }),
    ],
    rows: [{ networkReceiveBytesPerSecond: 10 }],
  },
  {
    name: 'keeps what an earlier part of the same cycle brought',
    pushes: [
      container('a', { metrics: { 'container.memory.usage': 7 } }),
      container('a', { timeMs: 1, metrics: usage(1) }),
    ],
    rows: [{ memoryUsageBytes: 7, cpuCores: 1 }],
  },
  {
    name: 'removes a container whose points have all ended, and only that one',
    pushes: [
      container('a', { metrics: usage(1) }),
      container('b', { metrics: usage(1) }),
      container('a', { timeMs: 10_000, metrics: { ...usage(1), 'container.other': 1 }, ended: true }),
    ],
    rows: [{ name: 'b' }],
  },
  {
    name: 'shows no container that is only ever said to have ended',
    pushes: [container('a', { ended: true })],
    rows: [],
  },
  {
    name: 'shows a container again that comes back',
    pushes: [container('a'), container('a', { timeMs: 1, ended: true }), container('a', { timeMs: 2 })],
    rows: [{ name: 'a' }],
  },
  { name: 'keeps a container for five intervals without a push', pushes: [container('a')], atMs: 50_000, rows: [{}] },
  { name: 'drops a container after five intervals without a push', pushes: [container('a')], atMs: 50_001, rows: [] },
  {
    name: 'drops a number that is no longer pushed while its container goes on',
    pushes: [
      container('a', { metrics: { ...usage(1), 'container.memory.limit': 5 } }),
      container('a', { timeMs: 20_000, metrics: usage(2) }),
      container('a', { timeMs: 40_000, metrics: usage(3) }),
    ],
    atMs: 40_000,
    rows: [{ cpuCores: 3, memoryLimitBytes: undefined }],
  },
  {
    name: 'falls back to the service name and to a short id for a name',
    pushes: [
      container('x', { resource: { 'container.id': 'b'.repeat(64), 'service.name': 'shop' } }),
      container('y', { resource: { 'container.id': 'c'.repeat(64) } }),
    ],
    rows: [{ name: 'shop' }, { name: 'c'.repeat(12) }],
  },
];

describe('the latest state of the containers', () => {
  it.each(STORIES)('$name', ({ pushes, atMs = INTERVAL_MS, rows }) => {
    const latest = createLatestContainers({ intervalMs: INTERVAL_MS });
    for (const push of pushes) latest.apply(requestOf(push), push.timeMs);
    const { containers } = latest.view(atMs);
    expect(containers).toHaveLength(rows.length);
    rows.forEach((row, index) => {
      const shown = new Map<string, unknown>(Object.entries(containers[index] ?? {}));
      for (const [field, value] of Object.entries(row)) expect(shown.get(field), field).toEqual(value);
    });
  });

  it('removes one interface that has ended and keeps its container', () => {
    const latest = createLatestContainers({ intervalMs: INTERVAL_MS });
    const at = (timeMs: number, bytes: number) => container('a', { timeMs, metrics: net(bytes, bytes) });
    latest.apply(requestOf(at(0, 0)), 0);
    latest.apply(requestOf(at(10_000, 100)), 10_000);
    const [going] = requestOf(container('a', { timeMs: 20_000, metrics: usage(1) })).resourceMetrics ?? [];
    const [ended] = requestOf({ ...at(20_000, 0), ended: true }).resourceMetrics ?? [];
    const scopeMetrics = [...(going?.scopeMetrics ?? []), ...(ended?.scopeMetrics ?? [])];
    latest.apply({ resourceMetrics: [{ ...going, scopeMetrics }] }, 20_000);
    const [row] = latest.view(20_000).containers;
    expect(row).toMatchObject({ name: 'a', cpuCores: 1 });
    expect(row).not.toHaveProperty('networkReceiveBytesPerSecond');
  });

  it("keeps the agent's own metrics apart from the containers", () => {
    const latest = createLatestContainers({ intervalMs: INTERVAL_MS });
    latest.apply(requestOf(container('x', { resource: { 'service.name': 'plimsoll' } }), container('a')), 0);
    const view = latest.view(5);
    expect(view.containers.map(({ name }) => name)).toEqual(['a']);
    expect(view.others).toEqual([{ serviceName: 'plimsoll', ageMs: 5 }]);
  });

  it('keeps an agent for five of its own intervals, since it is heard of less often than its containers', () => {
    const latest = createLatestContainers({ intervalMs: INTERVAL_MS, selfIntervalMs: 6 * INTERVAL_MS });
    latest.apply(requestOf(container('x', { resource: { 'service.name': 'plimsoll' } })), 0);
    expect(latest.view(30 * INTERVAL_MS).others).toHaveLength(1);
    expect(latest.view(30 * INTERVAL_MS + 1).others).toEqual([]);
  });

  it('keeps no more containers than its limit, says so, and cuts long names', () => {
    const latest = createLatestContainers({ intervalMs: INTERVAL_MS, maxContainers: 2 });
    latest.apply(requestOf(container('x'.repeat(5000)), container('b')), 0);
    expect(latest.view(0).truncated).toBe(false);
    latest.apply(requestOf(container('c'), container('b')), 0);
    const view = latest.view(0);
    expect(view.truncated).toBe(true);
    expect(view.containers.map(({ name }) => name.length)).toEqual([256, 1]);
  });

  it('cuts the names of attributes, too, and takes no more of them than any container has', () => {
    const attributes = Array.from({ length: 5000 }, (_, at) => ({
      key: `${at}${'x'.repeat(5000)}`,
      value: { stringValue: 'y' },
    }));
    const texts = textAttributes(attributes);
    expect(texts.size).toBe(1024);
    expect(Math.max(...[...texts.keys()].map((key) => key.length))).toBe(256);
  });

  it('has no sum that is no number any more', () => {
    const latest = createLatestContainers({ intervalMs: INTERVAL_MS });
    latest.apply(
      requestOf(container('web', { metrics: { 'container.cpu.usage': { user: 1.5e308, system: 1.5e308 } } })),
      0,
    );
    expect(latest.view(0).containers).toHaveLength(1);
    expect(latest.view(0).containers[0]).not.toHaveProperty('cpuCores');
  });

  it('names the host only where all containers are of one', () => {
    const latest = createLatestContainers({ intervalMs: INTERVAL_MS });
    const on = (id: string, hostName: string) =>
      container(id, { resource: { 'container.id': id, 'host.name': hostName } });
    latest.apply(requestOf(on('a', 'one'), on('b', 'one')), 0);
    expect(latest.view(0).hostName).toBe('one');
    latest.apply(requestOf(on('c', 'two')), 0);
    expect(latest.view(0)).not.toHaveProperty('hostName');
  });
});
