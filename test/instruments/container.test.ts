import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import type { ContainerUsage } from '../../src/accounting/usage.ts';
import type { MetricDefinition } from '../../src/instruments/definition.ts';
import { CONTAINER_METRICS, registerContainerInstruments } from '../../src/instruments/index.ts';
import { createObserver } from '../../src/instruments/observation.ts';
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
  const observer = createObserver(isEnabled, CONTAINER_METRICS);
  registerContainerInstruments(meter, observer.metrics, () => observer.observe(observed));
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
  'container.process.context_switches': { 'process.context_switch.type=voluntary': 21, 'process.context_switch.type=involuntary': 22 },
  'container.process.paging.faults': { 'system.paging.fault.type=major': 23, 'system.paging.fault.type=minor': 24 },
  'container.process.disk.io': { 'disk.io.direction=read': 25, 'disk.io.direction=write': 26 },
  'container.process.file_descriptor.count': { '': 27 },
  'container.process.file_descriptor.utilization': { '': 0.125 },
  'container.process.memory.pss': { '': 28 },
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
  'container.memory.peak': { '': 2000 },
  'container.memory.events': { 'memory.event.type=low': 1, 'memory.event.type=high': 2, 'memory.event.type=max': 3, 'memory.event.type=oom': 4, 'memory.event.type=oom_kill': 5 },
  'container.disk.io': { 'disk.io.direction=read system.device=sda': 10, 'disk.io.direction=write system.device=sda': 20 },
  'container.disk.operations': { 'disk.io.direction=read system.device=sda': 3, 'disk.io.direction=write system.device=sda': 4 },
  'container.pressure.time': { 'pressure.resource=cpu pressure.scope=some': 1.5, 'pressure.resource=cpu pressure.scope=full': 0.5, 'pressure.resource=memory pressure.scope=some': 0, 'pressure.resource=io pressure.scope=some': 2 },
  'container.task.count': { '': 12 },
  'container.task.limit': { '': 100 },
  'container.network.io': { 'network.interface.name=eth0 network.io.direction=receive': 1, 'network.interface.name=eth0 network.io.direction=transmit': 5 },
  'container.network.packet.count': { 'network.interface.name=eth0 network.io.direction=receive': 2, 'network.interface.name=eth0 network.io.direction=transmit': 6 },
  'container.network.errors': { 'network.interface.name=eth0 network.io.direction=receive': 3, 'network.interface.name=eth0 network.io.direction=transmit': 7 },
  'container.network.packet.dropped': { 'network.interface.name=eth0 network.io.direction=receive': 4, 'network.interface.name=eth0 network.io.direction=transmit': 8 },
  'container.network.connection.count': {
    'network.connection.state=established network.transport=tcp': 1, 'network.connection.state=syn_sent network.transport=tcp': 2,
    'network.connection.state=syn_received network.transport=tcp': 3, 'network.connection.state=fin_wait_1 network.transport=tcp': 4,
    'network.connection.state=fin_wait_2 network.transport=tcp': 5, 'network.connection.state=time_wait network.transport=tcp': 6,
    'network.connection.state=closed network.transport=tcp': 7, 'network.connection.state=close_wait network.transport=tcp': 8,
    'network.connection.state=last_ack network.transport=tcp': 9, 'network.connection.state=listen network.transport=tcp': 10,
    'network.connection.state=closing network.transport=tcp': 11, 'network.transport=udp': 12,
  },
  'container.uptime': { '': 60 },
  'container.restart.count': { '': 2 },
  'container.exit.code': { '': 3 },
  'container.oom_killed': { '': 1 },
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

  it('have no point for what the kernel did not count of a device, an event or a resource', async () => {
    const points = await observe(
      usage({ disks: [{ device: 'sda', writeBytes: 7 }], memoryEvents: { oomKill: 0 }, pressures: {} }),
    );
    expect(points['container.disk.io']).toEqual({ 'disk.io.direction=write system.device=sda': 7 });
    expect(points['container.memory.events']).toEqual({ 'memory.event.type=oom_kill': 0 });
    expect(points).not.toHaveProperty(['container.disk.operations']);
    expect(points).not.toHaveProperty(['container.pressure.time']);
  });

  it('are two points for each of many interfaces', async () => {
    const [eth0] = usage().interfaces;
    const interfaces = ['eth0', 'eth1', 'wg0'].map((name) => ({ ...eth0!, name }));
    expect(Object.keys((await observe(usage({ interfaces })))['container.network.io'] ?? {})).toHaveLength(6);
  });

  it('are by executable where that is wanted, and nothing of them is without', async () => {
    const { executables: _, ...whole } = usage().processes!;
    const group = { ...whole, threadCount: 5 };
    const executables = [
      { ...group, name: 'nginx' },
      { ...group, name: 'other', threadCount: 7 },
    ];
    const observed = await observe(usage({ processes: { ...whole, executables } }));
    expect(observed['container.process.thread.count']).toEqual({
      'process.executable.name=nginx': 5,
      'process.executable.name=other': 7,
    });
    expect(Object.keys(observed['container.process.cpu.time'] ?? {}).sort()).toEqual([
      'cpu.mode=system process.executable.name=nginx',
      'cpu.mode=system process.executable.name=other',
      'cpu.mode=user process.executable.name=nginx',
      'cpu.mode=user process.executable.name=other',
    ]);
    const counts = Object.entries(observed).map(([name, points]) => [name, Object.keys(points).length]);
    expect(Object.fromEntries(counts.filter(([name]) => String(name).startsWith('container.process.')))).toEqual({
      'container.process.cpu.time': 4,
      'container.process.memory.resident': 6,
      'container.process.memory.virtual': 2,
      'container.process.memory.swap': 2,
      'container.process.count': 8,
      'container.process.thread.count': 2,
      'container.process.context_switches': 4,
      'container.process.paging.faults': 4,
      'container.process.file_descriptor.count': 2,
      'container.process.memory.pss': 2,
      // Never by executable: no sum, and what a parent has of its children.
      'container.process.file_descriptor.utilization': 1,
      'container.process.disk.io': 2,
    });
  });

  it('are only those that are switched on', async () => {
    expect(Object.keys(await observe(usage(), ({ name }) => name === 'container.uptime'))).toEqual([
      'container.uptime',
    ]);
  });
});
