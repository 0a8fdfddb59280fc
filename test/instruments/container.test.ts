import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import type { ContainerUsage } from '../../src/accounting/usage.ts';
import type { MetricDefinition } from '../../src/instruments/definition.ts';
import { CONTAINER_METRICS, registerContainerInstruments } from '../../src/instruments/index.ts';
import { PullReader } from '../../src/push/pull-reader.ts';
import type { ContainerState } from '../../src/sources/container.ts';
import { container } from '../fakes/containers.ts';
import { usage } from '../fakes/usage.ts';

type Values = Readonly<Record<string, unknown>>;

/** The points of one usage: `{ 'container.cpu.time': { 'cpu.mode=user': 2 } }`. */
async function observe(
  observed: ContainerUsage,
  isEnabled: (metric: MetricDefinition) => boolean = () => true,
): Promise<Readonly<Record<string, Values>>> {
  const reader = new PullReader();
  const meter = new MeterProvider({ readers: [reader] }).getMeter('test');
  registerContainerInstruments(meter, isEnabled, () => observed);
  const { scopeMetrics } = await reader.pull();
  const entries = scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .map(({ descriptor, dataPoints }) => {
      const points = dataPoints.map(({ attributes, value }) => {
        const key = Object.entries(attributes)
          .map(([name, each]) => `${name}=${each}`)
          .sort()
          .join(' ');
        return [key, value];
      });
      return [descriptor.name, Object.fromEntries(points)];
    });
  return Object.fromEntries(entries);
}

// biome-ignore format: one metric a line, as in the catalogue.
const EXPECTED: Readonly<Record<string, Values>> = {
  'container.process.cpu.time': { 'cpu.mode=user': 1.25, 'cpu.mode=system': 0.5 },
  'container.process.memory.resident': { 'process.memory.type=anon': 10, 'process.memory.type=file': 20, 'process.memory.type=shmem': 30 },
  'container.process.memory.virtual': { '': 1000 },
  'container.process.memory.swap': { '': 5 },
  'container.process.count': { 'process.state=running': 1, 'process.state=sleeping': 2, 'process.state=stopped': 3, 'process.state=defunct': 4 },
  'container.process.thread.count': { '': 12 },
  'container.cpu.time': { 'cpu.mode=user': 2, 'cpu.mode=system': 1 },
  'container.cpu.usage': { 'cpu.mode=user': 0.5, 'cpu.mode=system': 0.25 },
  'container.cpu.limit': { '': 1.5 },
  'container.cpu.throttling.periods': { '': 100 },
  'container.cpu.throttling.throttled_periods': { '': 10 },
  'container.cpu.throttling.time': { '': 0.75 },
  'container.memory.usage': { '': 1000 },
  'container.memory.working_set': { '': 700 },
  'container.memory.rss': { '': 500 },
  'container.memory.available': { '': 3300 },
  'container.memory.limit': { '': 4000 },
  'container.memory.cache': { '': 400 },
  'container.memory.swap': { '': 7 },
  'container.paging.faults': { 'system.paging.fault.type=major': 5, 'system.paging.fault.type=minor': 15 },
  'container.network.io': { 'network.interface.name=eth0 network.io.direction=receive': 1, 'network.interface.name=eth0 network.io.direction=transmit': 5 },
  'container.network.packet.count': { 'network.interface.name=eth0 network.io.direction=receive': 2, 'network.interface.name=eth0 network.io.direction=transmit': 6 },
  'container.network.errors': { 'network.interface.name=eth0 network.io.direction=receive': 3, 'network.interface.name=eth0 network.io.direction=transmit': 7 },
  'container.network.packet.dropped': { 'network.interface.name=eth0 network.io.direction=receive': 4, 'network.interface.name=eth0 network.io.direction=transmit': 8 },
  'container.uptime': { '': 60 },
  'container.restart.count': { '': 2 },
};

describe('metrics of a container', () => {
  it('carry each number of its usage under its own name and attributes', async () => {
    expect(await observe(usage())).toMatchObject(EXPECTED);
  });

  it('are all observed where everything is known', async () => {
    expect(Object.keys(await observe(usage())).sort()).toEqual(
      CONTAINER_METRICS.map(({ metric }) => metric.name).sort(),
    );
  });

  it.each<ContainerState>(['created', 'running', 'paused', 'restarting', 'exited', 'dead'])(
    'say 1 for the state %s and 0 for the others',
    async (state) => {
      const { 'container.status': status } = await observe(usage({ container: container('web', { state }) }));
      const states = Object.fromEntries(Object.keys(status ?? {}).map((key) => [key, 0]));
      expect(Object.keys(states)).toHaveLength(6);
      expect(status).toEqual({ ...states, [`container.status=${state}`]: 1 });
    },
  );

  it('are absent, not zero, where the kernel does not say', async () => {
    const unlimited = usage({ cpu: { time: { userSeconds: 0, systemSeconds: 0 } }, memory: { usageBytes: 0 } });
    const names = Object.keys(await observe(unlimited));
    expect(names).not.toContain('container.cpu.limit');
    expect(names).not.toContain('container.cpu.usage');
    expect(names).not.toContain('container.memory.limit');
    expect(names).not.toContain('container.memory.available');
    expect(names).toContain('container.cpu.time');
    expect(names).toContain('container.memory.usage');
  });

  it('are two points for each of many interfaces', async () => {
    const [eth0] = usage().interfaces;
    const interfaces = ['eth0', 'eth1', 'wg0'].map((name) => ({ ...eth0!, name }));
    expect(Object.keys((await observe(usage({ interfaces })))['container.network.io'] ?? {})).toHaveLength(6);
  });

  it('are only those that are switched on', async () => {
    expect(Object.keys(await observe(usage(), ({ name }) => name === 'container.uptime'))).toEqual([
      'container.uptime',
    ]);
  });
});
