import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXACT } from '../parts/bounds.ts';
import type { Outcome } from '../parts/row.ts';
import { type Phase, scenario } from '../parts/scenario.ts';
import { fieldIn, numberIn } from '../parts/world.ts';

/**
 * Controllers that no engine at hand has on cgroup v2: the agent's own parts on a tree that follows the kernel's
 * documentation, with a fake engine before it.
 */

const CONTAINER = 'shop';
const CYCLE_MS = Date.parse('2026-11-23T00:00:00Z');

const documented = scenario({
  name: 'limits of 0.5 CPUs, 64 MiB and 100 tasks',
  rows: {
    cpuLimit: ['container.cpu.limit', 'cpus', EXACT],
    periods: ['container.cpu.throttling.periods', 'count', EXACT],
    throttled: ['container.cpu.throttling.throttled_periods', 'count', EXACT],
    throttledTime: ['container.cpu.throttling.time', 's', EXACT],
    usage: ['container.memory.usage', 'By', EXACT],
    workingSet: ['container.memory.working_set', 'By', EXACT],
    rss: ['container.memory.rss', 'By', EXACT],
    cache: ['container.memory.cache', 'By', EXACT],
    swap: ['container.memory.swap', 'By', EXACT],
    memoryLimit: ['container.memory.limit', 'By', EXACT],
    hits: ['container.memory.events, max', 'count', EXACT],
    kills: ['container.memory.events, oom_kill', 'count', EXACT],
    minorFaults: ['container.paging.faults, minor', 'count', EXACT],
    majorFaults: ['container.paging.faults, major', 'count', EXACT],
    read: ['container.disk.io, read', 'By', EXACT],
    written: ['container.disk.io, write', 'By', EXACT],
    reads: ['container.disk.operations, read', 'count', EXACT],
    tasks: ['container.task.count', 'count', EXACT],
    taskLimit: ['container.task.limit', 'count', EXACT],
  },
  async run() {
    // The fixture needs the test runner, and this file is also read by its configuration.
    const { openFixtureHost } = await import('../../golden/fixture-host.ts');
    const { metricOf, pointsOfMetric, resourceOf } = await import('../../golden/request.ts');
    const host = await openFixtureHost('v2-docker', 'http/protobuf');
    try {
      const resource = resourceOf((await host.cycle(CYCLE_MS))!, CONTAINER);
      const directory = join(host.root, 'sys/fs/cgroup/docker', host.documents.get(CONTAINER)!.Id);
      const stat = (name: string) => fieldIn(name, directory, 'memory.stat');
      const io = (name: string) =>
        Number(new RegExp(`${name}=(\\d+)`).exec(readFileSync(join(directory, 'io.stat'), 'utf8'))![1]);
      const outcome = (truth: number, metric: string, attribute?: string): Outcome => {
        const found = metricOf(resource, metric);
        const points = (found ? pointsOfMetric(found) : []).filter(
          ({ attributes = [] }) =>
            attribute === undefined || attributes.some(({ value }) => value?.stringValue === attribute),
        );
        const sum = points.reduce((total, point) => total + Number(point.asDouble ?? point.asInt), 0);
        return { truth, plimsoll: points.length === 0 ? 'none' : sum };
      };
      const [quota, period] = readFileSync(join(directory, 'cpu.max'), 'utf8').split(' ').map(Number);
      const current = numberIn(directory, 'memory.current');
      const majorFaults = stat('pgmajfault');
      return {
        cpuLimit: outcome(quota! / period!, 'container.cpu.limit'),
        periods: outcome(fieldIn('nr_periods', directory, 'cpu.stat'), 'container.cpu.throttling.periods'),
        throttled: outcome(
          fieldIn('nr_throttled', directory, 'cpu.stat'),
          'container.cpu.throttling.throttled_periods',
        ),
        throttledTime: outcome(fieldIn('throttled_usec', directory, 'cpu.stat') / 1e6, 'container.cpu.throttling.time'),
        usage: outcome(current, 'container.memory.usage'),
        workingSet: outcome(current - stat('inactive_file'), 'container.memory.working_set'),
        rss: outcome(stat('anon'), 'container.memory.rss'),
        cache: outcome(stat('file'), 'container.memory.cache'),
        swap: outcome(numberIn(directory, 'memory.swap.current'), 'container.memory.swap'),
        memoryLimit: outcome(numberIn(directory, 'memory.max'), 'container.memory.limit'),
        hits: outcome(fieldIn('max', directory, 'memory.events'), 'container.memory.events', 'max'),
        kills: outcome(fieldIn('oom_kill', directory, 'memory.events'), 'container.memory.events', 'oom_kill'),
        minorFaults: outcome(stat('pgfault') - majorFaults, 'container.paging.faults', 'minor'),
        majorFaults: outcome(majorFaults, 'container.paging.faults', 'major'),
        read: outcome(io('rbytes'), 'container.disk.io', 'read'),
        written: outcome(io('wbytes'), 'container.disk.io', 'write'),
        reads: outcome(io('rios'), 'container.disk.operations', 'read'),
        tasks: outcome(numberIn(directory, 'pids.current'), 'container.task.count'),
        taskLimit: outcome(numberIn(directory, 'pids.max'), 'container.task.limit'),
      };
    } finally {
      await host.close();
    }
  },
});

export const DOCUMENTED: readonly Phase[] = [{ name: 'a tree of files', scenarios: [documented] }];
