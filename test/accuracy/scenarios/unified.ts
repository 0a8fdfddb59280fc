import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContainer } from '../../e2e/parts/docker.ts';
import { waitFor } from '../../e2e/parts/wait.ts';
import { EXACT, lastInterval, MICROSECONDS, PROCESS_TICKS, PROGRAM_START, UNWAITED } from '../parts/bounds.ts';
import type { Bound, Outcome, Value } from '../parts/row.ts';
import { type Phase, type Scenario, scenario } from '../parts/scenario.ts';
import { cgroupOf, fieldIn, ofOld, quiet, untilDone, untilSays, type World } from '../parts/world.ts';
import { pressures } from './pressure.ts';

/** On cgroup v2, where one directory holds all that the kernel says of a container. */

const chargedSeconds = (directory: string): number => fieldIn('usage_usec', directory, 'cpu.stat') / 1e6;

const start = (world: World, ...command: readonly string[]): Promise<TestContainer> =>
  world.docker.run({ image: world.images.programs, command });

type Act = (world: World) => Promise<{ container: TestContainer; usedSeconds?: number }>;

const used = (name: string, bound: Bound, act: Act): Scenario =>
  scenario({
    name,
    rows: {
      cgroup: ['container.cpu.time', 's', MICROSECONDS],
      processes: ['container.process.cpu.time', 's', bound],
    },
    async run(world) {
      const { container, usedSeconds } = await act(world);
      return processorTime(world, container, usedSeconds);
    },
  });

async function processorTime(world: World, container: TestContainer, usedSeconds?: number) {
  const directory = cgroupOf(world, container, '');
  const { truth, plimsoll, stats, old } = await quiet(world, container, () => ({ seconds: chargedSeconds(directory) }));
  const outcome = (metric: string, seconds: number): Outcome => ({
    truth: seconds,
    plimsoll: plimsoll.value(metric) ?? 'none',
    stats: stats.cpuSeconds,
    old: ofOld(old, 'cpuSeconds'),
  });
  return {
    cgroup: outcome('container.cpu.time', truth.seconds),
    processes: outcome('container.process.cpu.time', usedSeconds ?? truth.seconds),
  };
}

const storm =
  (...flags: readonly string[]): Act =>
  async (world) => {
    const container = await start(world, 'processes', 'storm', '10000', '1', ...flags);
    await untilDone(world, container);
    return { container };
  };

const twoThreads = used('2 threads busy', PROGRAM_START, async (world) => {
  const container = await start(world, 'load', '--threads', '2', '--seconds', '2', '--linger', '1');
  return { container, ...(await untilDone(world, container)) };
});

const execThatEnds = used('`docker exec` that burns 3 s and ends', lastInterval(1), async (world) => {
  const container = await start(world, 'sleep', '1000');
  await world.docker.exec(container.name, ['processes', 'burn', '3']);
  return { container };
});

const nested = scenario({
  name: 'a child cgroup in the container, whose process burns 1 s',
  rows: {
    cgroup: ['container.cpu.time', 's', MICROSECONDS],
    processes: ['container.process.cpu.time', 's', PROCESS_TICKS],
    count: ['container.process.count', 'count', EXACT],
  },
  async run(world) {
    const container = await start(world, 'processes', 'burst', '1', '1');
    await untilSays(world.docker, container.name, /ready/);
    const outer = cgroupOf(world, container, '');
    const inner = join(outer, 'inner');
    mkdirSync(inner);
    // The process that burns is a child of this one and so is born in the same cgroup.
    writeFileSync(join(inner, 'cgroup.procs'), String(container.pid));
    await world.docker.docker(['exec', '--detach', container.name, 'sleep', '1000']);
    process.kill(container.pid, 'SIGUSR1');
    await untilDone(world, container);
    const { truth, plimsoll, stats, old } = await quiet(world, container, () => ({ seconds: chargedSeconds(outer) }));
    const outcome = (metric: string): Outcome => ({
      truth: truth.seconds,
      plimsoll: plimsoll.value(metric) ?? 'none',
      stats: stats.cpuSeconds,
      old: ofOld(old, 'cpuSeconds'),
    });
    return {
      cgroup: outcome('container.cpu.time'),
      processes: outcome('container.process.cpu.time'),
      count: { truth: 2, plimsoll: plimsoll.value('container.process.count') ?? 'none' },
    };
  },
});

const restarted = scenario({
  name: 'restarted after 1 s of work, which it does again',
  rows: {
    cgroup: ['container.cpu.time of the second run', 's', MICROSECONDS],
    start: ['start time of the counters (Unix time)', 's', EXACT],
  },
  async run(world) {
    const { id, name } = await start(world, 'load', '--threads', '1', '--seconds', '1');
    await untilSays(world.docker, name, /done/);
    await world.docker.docker(['restart', '--time', '1', name]);
    await untilSays(world.docker, name, /done[\s\S]*done/);
    const said = await world.docker.docker(['inspect', '--format', '{{.State.Pid}} {{.State.StartedAt}}', id]);
    const [pid, startedAt] = said.split(' ');
    const container = { id, name, pid: Number(pid) };
    const directory = cgroupOf(world, container, '');
    const { truth, plimsoll, stats, old } = await quiet(world, container, () => ({
      seconds: chargedSeconds(directory),
    }));
    const starts = plimsoll.points.filter(({ isMonotonic }) => isMonotonic).map(({ startSeconds }) => startSeconds);
    return {
      cgroup: {
        truth: truth.seconds,
        plimsoll: plimsoll.value('container.cpu.time') ?? 'none',
        stats: stats.cpuSeconds,
        old: ofOld(old, 'cpuSeconds'),
      },
      start: { truth: Date.parse(startedAt!) / 1_000, plimsoll: new Set(starts).size === 1 ? starts[0]! : 'several' },
    };
  },
});

const removed = scenario({
  name: 'removed',
  rows: { open: ['series without an end marker two cycles later', 'count', EXACT] },
  async run(world) {
    const container = await start(world, 'sleep', '1000');
    await world.watch.next(container.id);
    await world.docker.remove(container.id);
    const ended = () => (world.watch.openSeries(container.id).length === 0 ? true : undefined);
    await waitFor('its series end', ended, { timeoutMs: 3_000 }).catch(() => false);
    return { open: { truth: 0, plimsoll: world.watch.openSeries(container.id).length } };
  },
});

/** What the kernel does not say here has no series; it would be easy to say 0. */
const withoutControllers = scenario({
  name: 'controllers that are not on cgroup v2 here (the host has them on v1)',
  rows: {
    memory: ['container.memory.usage', 'word', EXACT],
    disk: ['container.disk.io', 'word', EXACT],
    tasks: ['container.task.count', 'word', EXACT],
    limit: ['container.cpu.limit', 'word', EXACT],
    throttling: ['container.cpu.throttling.time', 'word', EXACT],
  },
  async run(world) {
    const container = await start(world, 'sleep', '1000');
    const directory = cgroupOf(world, container, '');
    const { plimsoll, stats } = await quiet(world, container, () => ({}));
    const isThere = (file: string, pattern = /./): Value => {
      const path = join(directory, file);
      return existsSync(path) && pattern.test(readFileSync(path, 'utf8')) ? 'some' : 'none';
    };
    const outcome = (metric: string, truth: Value, said?: number): Outcome => ({
      truth,
      plimsoll: plimsoll.value(metric) === undefined ? 'none' : 'some',
      ...(said === undefined ? {} : { stats: said }),
    });
    return {
      memory: outcome('container.memory.usage', isThere('memory.current'), stats.memoryBytes),
      disk: outcome('container.disk.io', isThere('io.stat')),
      tasks: outcome('container.task.count', isThere('pids.current'), stats.tasks),
      limit: outcome('container.cpu.limit', isThere('cpu.max', /^\d/)),
      throttling: outcome(
        'container.cpu.throttling.time',
        isThere('cpu.stat', /throttled_usec/),
        stats.throttledSeconds,
      ),
    };
  },
});

export const UNIFIED: readonly Phase[] = [
  {
    name: 'processor time',
    scenarios: [
      twoThreads,
      execThatEnds,
      used('10,000 short processes, waited for', PROCESS_TICKS, storm()),
      used('10,000 short processes, SIGCHLD ignored', UNWAITED, storm('ignore')),
      ...pressures((world, container) => cgroupOf(world, container, '')),
    ],
  },
  { name: 'the rest', scenarios: [nested, restarted, removed, withoutControllers] },
];
