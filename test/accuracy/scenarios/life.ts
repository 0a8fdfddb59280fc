import { setTimeout as sleep } from 'node:timers/promises';
import type { TestContainer } from '../../e2e/parts/docker.ts';
import { RUN_ID } from '../../e2e/parts/run-id.ts';
import { waitFor } from '../../e2e/parts/wait.ts';
import { EXACT, INTERVAL_MS, PROCESS_TICKS, TICKS } from '../parts/bounds.ts';
import type { Outcome, Value } from '../parts/row.ts';
import { type Phase, scenario } from '../parts/scenario.ts';
import type { Snapshot } from '../parts/watch.ts';
import { cgroupOf, numberIn, ofOld, quiet, untilDone, untilSays, type World } from '../parts/world.ts';

const chargedSeconds = (world: World, container: TestContainer): number =>
  numberIn(cgroupOf(world, container, 'cpuacct'), 'cpuacct.usage') / 1e9;

const statusIn = (snapshot: Snapshot): Value => snapshot.which('container.status', 'container.status') ?? 'none';

const paused = scenario({
  name: 'paused for 5 s in the midst of its work',
  rows: {
    status: ['container.status', 'word', EXACT],
    gained: ['container.cpu.time, gained while paused', 's', EXACT],
    after: ['container.status, afterwards', 'word', EXACT],
    total: ['container.cpu.time, afterwards', 's', TICKS],
    processes: ['container.process.cpu.time, afterwards', 's', PROCESS_TICKS],
  },
  async run(world) {
    const command = ['load', '--threads', '1', '--seconds', '3'];
    const container = await world.docker.run({ image: world.images.programs, command });
    await sleep(1_300);
    // On a busy machine runc may fail to freeze it in time, and says so.
    await waitFor('it is paused', () => world.docker.docker(['pause', container.name]), { timeoutMs: 20_000 });
    const charged = () => ({ seconds: chargedSeconds(world, container) });
    const first = await quiet(world, container, charged);
    await sleep(5_000 - 2 * INTERVAL_MS);
    const second = await quiet(world, container, charged);
    await world.docker.docker(['unpause', container.name]);
    await untilDone(world, container);
    const end = await quiet(world, container, charged);
    const seconds = (snapshot: Snapshot, metric = 'container.cpu.time') => snapshot.value(metric) ?? Number.NaN;
    const total = (metric: string): Outcome => ({
      truth: end.truth.seconds,
      plimsoll: seconds(end.plimsoll, metric),
      stats: end.stats.cpuSeconds,
      old: ofOld(end.old, 'cpuSeconds'),
    });
    return {
      status: { truth: 'paused', plimsoll: statusIn(second.plimsoll) },
      gained: {
        truth: second.truth.seconds - first.truth.seconds,
        plimsoll: seconds(second.plimsoll) - seconds(first.plimsoll),
      },
      after: { truth: 'running', plimsoll: statusIn(end.plimsoll) },
      total: total('container.cpu.time'),
      processes: total('container.process.cpu.time'),
    };
  },
});

const restarted = scenario({
  name: 'restarted after 1 s of work, which it does again',
  rows: {
    cgroup: ['container.cpu.time of the second run', 's', TICKS],
    processes: ['container.process.cpu.time of the second run', 's', PROCESS_TICKS],
    start: ['start time of the counters (Unix time)', 's', EXACT],
  },
  async run(world) {
    const command = ['load', '--threads', '1', '--seconds', '1'];
    const { id, name } = await world.docker.run({ image: world.images.programs, command });
    await untilSays(world.docker, name, /done/);
    await sleep(INTERVAL_MS);
    await world.docker.docker(['restart', '--time', '1', name]);
    await untilSays(world.docker, name, /done[\s\S]*done/);
    const said = await world.docker.docker(['inspect', '--format', '{{.State.Pid}} {{.State.StartedAt}}', id]);
    const [pid, startedAt] = said.split(' ');
    const container = { id, name, pid: Number(pid) };
    const charged = () => ({ seconds: chargedSeconds(world, container) });
    const { truth, plimsoll, stats, old } = await quiet(world, container, charged);
    const outcome = (metric: string): Outcome => ({
      truth: truth.seconds,
      plimsoll: plimsoll.value(metric) ?? 'none',
      stats: stats.cpuSeconds,
      old: ofOld(old, 'cpuSeconds'),
    });
    const starts = plimsoll.points.filter(({ isMonotonic }) => isMonotonic).map(({ startSeconds }) => startSeconds);
    return {
      cgroup: outcome('container.cpu.time'),
      processes: outcome('container.process.cpu.time'),
      start: { truth: Date.parse(startedAt!) / 1_000, plimsoll: new Set(starts).size === 1 ? starts[0]! : 'several' },
    };
  },
});

const renamed = scenario({
  name: 'renamed',
  rows: { name: ['container.name in the first cycle after it', 'word', EXACT] },
  async run(world) {
    const container = await world.docker.run({ image: world.images.programs, command: ['sleep', '1000'] });
    await world.watch.next(container.id);
    const name = `${RUN_ID}-renamed`;
    await world.docker.docker(['rename', container.name, name]);
    const { resource } = await world.watch.next(container.id);
    // The run's id would make the page differ in every run.
    const shown = (value: unknown): string => String(value).replace(RUN_ID, 'test');
    return { name: { truth: shown(name), plimsoll: shown(resource['container.name']) } };
  },
});

const updated = scenario({
  name: 'limits changed by `docker update`',
  rows: {
    cpus: ['container.cpu.limit in the first cycle after it', 'cpus', EXACT],
    memory: ['container.memory.limit in the first cycle after it', 'By', EXACT],
    tasks: ['container.task.limit in the first cycle after it', 'count', EXACT],
  },
  async run(world) {
    const flags = ['--cpus', '1', '--memory', '64m', '--memory-swap', '64m', '--pids-limit', '50'];
    const container = await world.docker.run({ image: world.images.programs, flags, command: ['sleep', '1000'] });
    await world.watch.next(container.id);
    const changes = ['--cpus', '0.5', '--memory', '128m', '--memory-swap', '128m', '--pids-limit', '70'];
    await world.docker.docker(['update', ...changes, container.name]);
    const [cpu, memory, pids] = ['cpu', 'memory', 'pids'].map((name) => cgroupOf(world, container, name));
    const read = () => ({
      cpus: numberIn(cpu!, 'cpu.cfs_quota_us') / numberIn(cpu!, 'cpu.cfs_period_us'),
      memory: numberIn(memory!, 'memory.limit_in_bytes'),
      tasks: numberIn(pids!, 'pids.max'),
    });
    const { truth, plimsoll, stats } = await quiet(world, container, read);
    return {
      cpus: { truth: truth.cpus, plimsoll: plimsoll.value('container.cpu.limit') ?? 'none' },
      memory: {
        truth: truth.memory,
        plimsoll: plimsoll.value('container.memory.limit') ?? 'none',
        stats: stats.memoryLimitBytes,
      },
      tasks: { truth: truth.tasks, plimsoll: plimsoll.value('container.task.limit') ?? 'none' },
    };
  },
});

export const LIFE: readonly Phase[] = [{ name: 'life', scenarios: [paused, restarted, renamed, updated] }];
