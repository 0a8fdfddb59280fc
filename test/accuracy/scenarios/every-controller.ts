import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestContainer } from '../../e2e/parts/docker.ts';
import { EXACT, FILE_SYSTEM, MICROSECONDS, PROGRAM } from '../parts/bounds.ts';
import type { Outcome, Value } from '../parts/row.ts';
import { type Phase, scenario } from '../parts/scenario.ts';
import { cgroupOf, fieldIn, numberIn, quiet, statusBytes, untilDone, type World } from '../parts/world.ts';

/** On a cgroup v2 that has every controller: what the machine's own has on v1. */

const MIB = 1 << 20;
const run = promisify(execFile);

async function start(world: World, flags: readonly string[], ...command: readonly string[]): Promise<TestContainer> {
  const container = await world.docker.run({ image: world.images.programs, flags, command });
  await untilDone(world, container);
  return container;
}

const outcome = (truth: Value, plimsoll: Value | undefined, stats?: Value): Outcome => ({
  truth,
  plimsoll: plimsoll ?? 'none',
  stats,
});

/** Of `quota period`; no limit is `max`. */
function cpusIn(directory: string): number {
  const [quota, period] = readFileSync(join(directory, 'cpu.max'), 'utf8').split(' ').map(Number);
  return quota! / period!;
}

const limited = scenario({
  name: 'CPU limit of 0.2, two threads want more',
  rows: {
    limit: ['container.cpu.limit', 'cpus', EXACT],
    periods: ['container.cpu.throttling.periods', 'count', EXACT],
    throttled: ['container.cpu.throttling.throttled_periods', 'count', EXACT],
    time: ['container.cpu.throttling.time', 's', EXACT],
    used: ['container.cpu.time', 's', MICROSECONDS],
  },
  async run(world) {
    const container = await start(world, ['--cpus', '0.2'], 'load', '--threads', '2', '--seconds', '0.2');
    const directory = cgroupOf(world, container, '');
    const read = () => ({
      limit: cpusIn(directory),
      periods: fieldIn('nr_periods', directory, 'cpu.stat'),
      throttled: fieldIn('nr_throttled', directory, 'cpu.stat'),
      time: fieldIn('throttled_usec', directory, 'cpu.stat') / 1e6,
      used: fieldIn('usage_usec', directory, 'cpu.stat') / 1e6,
    });
    const { truth, plimsoll, stats } = await quiet(world, container, read);
    return {
      limit: outcome(truth.limit, plimsoll.value('container.cpu.limit')),
      periods: outcome(truth.periods, plimsoll.value('container.cpu.throttling.periods'), stats.periods),
      throttled: outcome(
        truth.throttled,
        plimsoll.value('container.cpu.throttling.throttled_periods'),
        stats.throttledPeriods,
      ),
      time: outcome(truth.time, plimsoll.value('container.cpu.throttling.time')),
      used: outcome(truth.used, plimsoll.value('container.cpu.time'), stats.cpuSeconds),
    };
  },
});

const held = scenario({
  name: '48 MiB anonymous, 16 MiB of a file, 8 MiB shared by two processes, of 128 MiB',
  rows: {
    anonymous: ['container.memory.rss (what the program took)', 'By', PROGRAM],
    rss: ['container.memory.rss', 'By', EXACT],
    cache: ['container.memory.cache', 'By', EXACT],
    files: ['container.memory.cache (what the program took)', 'By', PROGRAM],
    usage: ['container.memory.usage', 'By', EXACT],
    workingSet: ['container.memory.working_set', 'By', EXACT],
    limit: ['container.memory.limit', 'By', EXACT],
    available: ['container.memory.available', 'By', EXACT],
    peak: ['container.memory.peak', 'By', EXACT],
    minor: ['container.paging.faults, minor', 'count', EXACT],
    major: ['container.paging.faults, major', 'count', EXACT],
  },
  async run(world) {
    const take = ['--anon', `${48 * MIB}`, '--file', `${16 * MIB}`, '--shmem', `${8 * MIB}`];
    const container = await start(world, ['--memory', '128m'], 'memory', ...take);
    const directory = cgroupOf(world, container, '');
    const read = () => {
      const stat = (name: string) => fieldIn(name, directory, 'memory.stat');
      const [usage, limit] = [numberIn(directory, 'memory.current'), numberIn(directory, 'memory.max')];
      const workingSet = usage - stat('inactive_file');
      return {
        rss: stat('anon'),
        cache: stat('file'),
        usage,
        workingSet,
        limit,
        available: limit - workingSet,
        peak: numberIn(directory, 'memory.peak'),
        minor: stat('pgfault') - stat('pgmajfault'),
        major: stat('pgmajfault'),
      };
    };
    const { truth, plimsoll, stats } = await quiet(world, container, read);
    const faults = (type: string) => plimsoll.value('container.paging.faults', { 'system.paging.fault.type': type });
    return {
      anonymous: outcome(48 * MIB, plimsoll.value('container.memory.rss'), stats.memory['anon']),
      rss: outcome(truth.rss, plimsoll.value('container.memory.rss'), stats.memory['anon']),
      cache: outcome(truth.cache, plimsoll.value('container.memory.cache'), stats.memory['file']),
      files: outcome(24 * MIB, plimsoll.value('container.memory.cache'), stats.memory['file']),
      usage: outcome(truth.usage, plimsoll.value('container.memory.usage'), stats.memoryBytes),
      workingSet: outcome(truth.workingSet, plimsoll.value('container.memory.working_set')),
      limit: outcome(truth.limit, plimsoll.value('container.memory.limit'), stats.memoryLimitBytes),
      available: outcome(truth.available, plimsoll.value('container.memory.available')),
      peak: outcome(truth.peak, plimsoll.value('container.memory.peak')),
      minor: outcome(truth.minor, faults('minor')),
      major: outcome(truth.major, faults('major')),
    };
  },
});

const swapped = scenario({
  name: 'memory limit of 32 MiB, 64 MiB held, the rest in swap',
  rows: {
    cgroup: ['container.memory.swap', 'By', EXACT],
    processes: ['container.process.memory.swap', 'By', EXACT],
    hits: ['container.memory.events, max', 'count', EXACT],
    usage: ['container.memory.usage', 'By', EXACT],
  },
  async run(world) {
    const flags = ['--memory', '32m', '--memory-swap', '96m'];
    const container = await start(world, flags, 'memory', '--anon', `${64 * MIB}`);
    const directory = cgroupOf(world, container, '');
    const read = () => ({
      cgroup: numberIn(directory, 'memory.swap.current'),
      processes: statusBytes(container.pid, 'VmSwap'),
      hits: fieldIn('max', directory, 'memory.events'),
      usage: numberIn(directory, 'memory.current'),
    });
    const { truth, plimsoll, stats } = await quiet(world, container, read);
    if (truth.cgroup === 0) throw new Error('nothing is in swap');
    return {
      cgroup: outcome(truth.cgroup, plimsoll.value('container.memory.swap')),
      processes: outcome(truth.processes, plimsoll.value('container.process.memory.swap')),
      hits: outcome(truth.hits, plimsoll.value('container.memory.events', { 'memory.event.type': 'max' })),
      usage: outcome(truth.usage, plimsoll.value('container.memory.usage'), stats.memoryBytes),
    };
  },
});

const childKilled = scenario({
  name: 'memory limit of 32 MiB without swap, a child is killed for it',
  rows: {
    kills: ['container.memory.events, oom_kill', 'count', EXACT],
    ooms: ['container.memory.events, oom', 'count', EXACT],
    hits: ['container.memory.events, max', 'count', EXACT],
    peak: ['container.memory.peak', 'By', EXACT],
  },
  async run(world) {
    const flags = ['--memory', '32m', '--memory-swap', '32m'];
    const container = await start(world, flags, 'memory', '--overrun', 'child');
    const directory = cgroupOf(world, container, '');
    const read = () => ({
      kills: fieldIn('oom_kill', directory, 'memory.events'),
      ooms: fieldIn('oom', directory, 'memory.events'),
      hits: fieldIn('max', directory, 'memory.events'),
      peak: numberIn(directory, 'memory.peak'),
    });
    const { truth, plimsoll } = await quiet(world, container, read);
    const events = (type: string) => plimsoll.value('container.memory.events', { 'memory.event.type': type });
    if (truth.kills === 0) throw new Error('nothing was killed');
    return {
      kills: outcome(truth.kills, events('oom_kill')),
      ooms: outcome(truth.ooms, events('oom')),
      hits: outcome(truth.hits, events('max')),
      peak: outcome(truth.peak, plimsoll.value('container.memory.peak')),
    };
  },
});

const DEVICE = '98:0';
const DEVICE_NAME = 'ubda';

const written = scenario({
  name: '8 MiB written past the page cache, 16 MiB through it and written back by the kernel, 4 MiB read',
  rows: {
    write: ['container.disk.io, write (what the program wrote)', 'By', FILE_SYSTEM],
    read: ['container.disk.io, read (what the program read)', 'By', FILE_SYSTEM],
    chargedWrite: ['container.disk.io, write (what is charged)', 'By', EXACT],
    chargedRead: ['container.disk.io, read (what is charged)', 'By', EXACT],
    writes: ['container.disk.operations, write', 'count', EXACT],
    reads: ['container.disk.operations, read', 'count', EXACT],
  },
  async run(world) {
    const dir = '/run/data/files';
    mkdirSync(dir);
    const transfers = ['--direct', '/data/a', `${8 * MIB}`, '--buffered', '/data/b', `${16 * MIB}`];
    const command = ['disk', ...transfers, '--read', '/data/a', `${4 * MIB}`];
    const container = await start(world, ['--volume', `${dir}:/data`], ...command);
    await run('sync', ['--file-system', dir]);
    const file = join(cgroupOf(world, container, ''), 'io.stat');
    const counter = (name: string): number =>
      Number(new RegExp(`^${DEVICE} .*\\b${name}=(\\d+)`, 'm').exec(readFileSync(file, 'utf8'))?.[1] ?? 0);
    const read = () => ({
      bytesWritten: counter('wbytes'),
      bytesRead: counter('rbytes'),
      writes: counter('wios'),
      reads: counter('rios'),
    });
    const { truth, plimsoll, stats } = await quiet(world, container, read);
    const value = (metric: string, direction: string) =>
      plimsoll.value(metric, { 'disk.io.direction': direction, 'system.device': DEVICE_NAME });
    const bytes = (direction: 'read' | 'write', of: number): Outcome =>
      outcome(of, value('container.disk.io', direction), stats.disk(DEVICE, direction) ?? 'none');
    return {
      write: bytes('write', 24 * MIB),
      read: bytes('read', 4 * MIB),
      chargedWrite: bytes('write', truth.bytesWritten),
      chargedRead: bytes('read', truth.bytesRead),
      writes: outcome(truth.writes, value('container.disk.operations', 'write')),
      reads: outcome(truth.reads, value('container.disk.operations', 'read')),
    };
  },
});

const tasks = scenario({
  name: 'a process with 16 threads, of 70 that it may have; then its limits changed by `docker update`',
  rows: {
    tasks: ['container.task.count', 'count', EXACT],
    limit: ['container.task.limit', 'count', EXACT],
    cpus: ['container.cpu.limit in the first cycle after it', 'cpus', EXACT],
    memory: ['container.memory.limit in the first cycle after it', 'By', EXACT],
    limitAfter: ['container.task.limit in the first cycle after it', 'count', EXACT],
  },
  async run(world) {
    const flags = ['--cpus', '1', '--memory', '64m', '--memory-swap', '64m', '--pids-limit', '70'];
    const command = ['threads', '15'];
    const container = await world.docker.run({ image: world.images.programs, flags, command });
    const directory = cgroupOf(world, container, '');
    const counted = () => ({ tasks: numberIn(directory, 'pids.current'), limit: numberIn(directory, 'pids.max') });
    const before = await quiet(world, container, counted);
    const changes = ['--cpus', '0.5', '--memory', '128m', '--memory-swap', '128m', '--pids-limit', '90'];
    await world.docker.docker(['update', ...changes, container.name]);
    const after = await quiet(world, container, () => ({
      cpus: cpusIn(directory),
      memory: numberIn(directory, 'memory.max'),
      tasks: numberIn(directory, 'pids.max'),
    }));
    return {
      tasks: outcome(before.truth.tasks, before.plimsoll.value('container.task.count'), before.stats.tasks),
      limit: outcome(before.truth.limit, before.plimsoll.value('container.task.limit')),
      cpus: outcome(after.truth.cpus, after.plimsoll.value('container.cpu.limit')),
      memory: outcome(after.truth.memory, after.plimsoll.value('container.memory.limit'), after.stats.memoryLimitBytes),
      limitAfter: outcome(after.truth.tasks, after.plimsoll.value('container.task.limit')),
    };
  },
});

export const EVERY_CONTROLLER: readonly Phase[] = [
  { name: 'every controller', scenarios: [limited, held, swapped, childKilled, written, tasks] },
];
