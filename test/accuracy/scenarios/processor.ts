import type { TestContainer } from '../../e2e/parts/docker.ts';
import { EXACT, lastInterval, PROCESS_TICKS, PROGRAM_START, TICKS, UNWAITED } from '../parts/bounds.ts';
import type { Bound, Outcome } from '../parts/row.ts';
import { type Phase, type Scenario, scenario } from '../parts/scenario.ts';
import { cgroupOf, fieldIn, numberIn, ofOld, quiet, untilDone, untilSays, type World } from '../parts/world.ts';

type Act = (world: World) => Promise<{ container: TestContainer; usedSeconds?: number }>;

/** Both views of the processor time that a container has used when its work is done. */
const used = (name: string, bound: Bound, act: Act): Scenario =>
  scenario({
    name,
    rows: {
      cgroup: ['container.cpu.time', 's', TICKS],
      processes: ['container.process.cpu.time', 's', bound],
    },
    async run(world) {
      const { container, usedSeconds } = await act(world);
      return processorTime(world, container, usedSeconds);
    },
  });

async function processorTime(world: World, container: TestContainer, usedSeconds?: number) {
  const cpuacct = cgroupOf(world, container, 'cpuacct');
  const charged = () => ({ seconds: numberIn(cpuacct, 'cpuacct.usage') / 1e9 });
  const { truth, plimsoll, stats, old } = await quiet(world, container, charged);
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

/** Runs one of the load programs until it says that it is done. */
const program =
  (...command: readonly string[]): Act =>
  async (world) => {
    const container = await world.docker.run({ image: world.images.programs, command });
    return { container, ...(await untilDone(world, container)) };
  };

/** The truth is the cgroup's: what the program says of itself leaves its ended children out, or cannot know. */
const ofCgroup =
  (act: Act): Act =>
  async (world) => ({ container: (await act(world)).container });

const busyThreads = (threads: number, seconds: number): Scenario => {
  const name = threads === 1 ? '1 thread busy' : `${threads} threads busy`;
  return used(
    name,
    PROGRAM_START,
    program('load', '--threads', `${threads}`, '--seconds', `${seconds}`, '--linger', '1'),
  );
};

const execThatEnds = used('`docker exec` that burns 3 s and ends', lastInterval(1), async (world) => {
  const container = await world.docker.run({ image: world.images.programs, command: ['sleep', '1000'] });
  await world.docker.exec(container.name, ['processes', 'burn', '3']);
  return { container };
});

/** Begins right after a cycle, so that most of it or all of it lies between two. */
const burst =
  (...flags: readonly string[]): Act =>
  async (world) => {
    const command = ['processes', 'burst', '2', '0.5', ...flags];
    const container = await world.docker.run({ image: world.images.programs, command });
    await untilSays(world.docker, container.name, /ready/);
    await world.watch.next(container.id);
    process.kill(container.pid, 'SIGUSR1');
    await untilDone(world, container);
    return { container };
  };

const pipeline = 'i=0; while [ $i -lt 30 ]; do processes burn 0.02 | cat | processes burn 0.02 | cat; i=$((i+1)); done';
const shellWork = 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done';

const shell =
  (script: string, end: RegExp): Act =>
  async (world) => {
    const command = ['sh', '-c', script];
    const container = await world.docker.run({ image: world.images.programs, command });
    await untilSays(world.docker, container.name, end);
    return { container };
  };

const limited = scenario({
  name: 'CPU limit of 0.2, two threads want more',
  rows: {
    limit: ['container.cpu.limit', 'cpus', EXACT],
    periods: ['container.cpu.throttling.periods', 'count', EXACT],
    throttled: ['container.cpu.throttling.throttled_periods', 'count', EXACT],
    time: ['container.cpu.throttling.time', 's', EXACT],
    cgroup: ['container.cpu.time', 's', TICKS],
  },
  async run(world) {
    const command = ['load', '--threads', '2', '--seconds', '0.4'];
    const container = await world.docker.run({ image: world.images.programs, flags: ['--cpus', '0.2'], command });
    await untilDone(world, container);
    const cpu = cgroupOf(world, container, 'cpu');
    const read = () => ({
      limit: numberIn(cpu, 'cpu.cfs_quota_us') / numberIn(cpu, 'cpu.cfs_period_us'),
      periods: fieldIn('nr_periods', cpu, 'cpu.stat'),
      throttled: fieldIn('nr_throttled', cpu, 'cpu.stat'),
      time: fieldIn('throttled_time', cpu, 'cpu.stat') / 1e9,
    });
    const { truth, plimsoll, stats } = await quiet(world, container, read);
    const outcome = (metric: string, of: number, stats?: number): Outcome => ({
      truth: of,
      plimsoll: plimsoll.value(metric) ?? 'none',
      stats,
    });
    return {
      limit: outcome('container.cpu.limit', truth.limit),
      periods: outcome('container.cpu.throttling.periods', truth.periods, stats.periods),
      throttled: outcome('container.cpu.throttling.throttled_periods', truth.throttled, stats.throttledPeriods),
      time: outcome('container.cpu.throttling.time', truth.time, stats.throttledSeconds),
      cgroup: (await processorTime(world, container)).cgroup,
    };
  },
});

export const PROCESSOR: readonly Phase[] = [
  {
    name: 'processor time',
    scenarios: [
      busyThreads(1, 2),
      busyThreads(2, 2),
      busyThreads(16, 0.25),
      execThatEnds,
      used('10,000 short processes, waited for', PROCESS_TICKS, ofCgroup(program('processes', 'storm', '10000', '1'))),
      used(
        '10,000 short processes, SIGCHLD ignored',
        UNWAITED,
        ofCgroup(program('processes', 'storm', '10000', '1', 'ignore')),
      ),
      used('8 daemons by double fork, ended', PROCESS_TICKS, ofCgroup(program('processes', 'daemons', '8', '0.25'))),
      used(
        '30 shell pipelines of four',
        PROCESS_TICKS,
        shell(`${pipeline}; echo all done; exec sleep 1000`, /all done/),
      ),
      used(
        'first process changed by exec',
        PROCESS_TICKS,
        shell(`${shellWork}; exec load --threads 1 --seconds 0.5`, /done user_us/),
      ),
    ],
  },
  {
    name: 'processor time between two cycles, and its limit',
    scenarios: [
      limited,
      used('child burns 1 s between two cycles, waited for', PROCESS_TICKS, burst()),
      used('child burns 1 s between two cycles, SIGCHLD ignored', lastInterval(2), burst('ignore')),
    ],
  },
];
