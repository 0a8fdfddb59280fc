import type { TestContainer } from '../../e2e/parts/docker.ts';
import { waitFor } from '../../e2e/parts/wait.ts';
import { EXACT, PROGRAM } from '../parts/bounds.ts';
import type { Outcome, Value } from '../parts/row.ts';
import { type Phase, scenario } from '../parts/scenario.ts';
import { haveSwap } from '../parts/swap.ts';
import { cgroupOf, fieldIn, numberIn, ofOld, quiet, statusBytes, untilDone, type World } from '../parts/world.ts';

const MIB = 1 << 20;
const ANON = { 'process.memory.type': 'anon' };
const FILE = { 'process.memory.type': 'file' };
const SHMEM = { 'process.memory.type': 'shmem' };

async function start(world: World, flags: readonly string[], ...command: readonly string[]): Promise<TestContainer> {
  const container = await world.docker.run({ image: world.images.programs, flags, command });
  await untilDone(world, container);
  return container;
}

const outcome = (truth: Value, plimsoll: Value | undefined, stats?: Value, old?: Value): Outcome => ({
  truth,
  plimsoll: plimsoll ?? 'none',
  stats,
  old,
});

const anonymous = scenario({
  name: '64 MiB anonymous memory',
  rows: {
    resident: ['container.process.memory.resident, anon', 'By', PROGRAM],
    rss: ['container.memory.rss', 'By', EXACT],
    usage: ['container.memory.usage', 'By', EXACT],
    workingSet: ['container.memory.working_set', 'By', EXACT],
  },
  async run(world) {
    const container = await start(world, [], 'memory', '--anon', `${64 * MIB}`);
    const memory = cgroupOf(world, container, 'memory');
    const read = () => ({
      rss: fieldIn('total_rss', memory, 'memory.stat'),
      usage: numberIn(memory, 'memory.usage_in_bytes'),
      workingSet: numberIn(memory, 'memory.usage_in_bytes') - fieldIn('total_inactive_file', memory, 'memory.stat'),
    });
    const { truth, plimsoll, stats, old } = await quiet(world, container, read);
    const resident = plimsoll.value('container.process.memory.resident', ANON);
    return {
      resident: outcome(64 * MIB, resident, stats.memory['total_rss'], ofOld(old, 'residentBytes')),
      rss: outcome(truth.rss, plimsoll.value('container.memory.rss'), stats.memory['total_rss']),
      usage: outcome(truth.usage, plimsoll.value('container.memory.usage'), stats.memoryBytes),
      workingSet: outcome(truth.workingSet, plimsoll.value('container.memory.working_set')),
    };
  },
});

const mappedFile = scenario({
  name: '32 MiB of a file, mapped',
  rows: {
    resident: ['container.process.memory.resident, file', 'By', PROGRAM],
    cache: ['container.memory.cache', 'By', EXACT],
  },
  async run(world) {
    const container = await start(world, [], 'memory', '--file', `${32 * MIB}`);
    const memory = cgroupOf(world, container, 'memory');
    const read = () => ({ cache: fieldIn('total_cache', memory, 'memory.stat') });
    const { truth, plimsoll, stats, old } = await quiet(world, container, read);
    const resident = plimsoll.value('container.process.memory.resident', FILE);
    return {
      resident: outcome(32 * MIB, resident, stats.memory['total_mapped_file'], ofOld(old, 'fileBytes')),
      cache: outcome(truth.cache, plimsoll.value('container.memory.cache'), stats.memory['total_cache']),
    };
  },
});

const shared = scenario({
  name: '32 MiB shared by two processes',
  rows: {
    resident: ['container.process.memory.resident, shmem (once for each process)', 'By', PROGRAM],
    cache: ['container.memory.cache (once)', 'By', PROGRAM],
  },
  async run(world) {
    const container = await start(world, [], 'memory', '--shmem', `${32 * MIB}`);
    const { plimsoll, stats, old } = await quiet(world, container, () => ({}));
    const resident = plimsoll.value('container.process.memory.resident', SHMEM);
    return {
      resident: outcome(2 * 32 * MIB, resident, undefined, ofOld(old, 'residentBytes')),
      cache: outcome(32 * MIB, plimsoll.value('container.memory.cache'), stats.memory['total_cache']),
    };
  },
});

const tmpfs = scenario({
  name: '16 MiB in a tmpfs',
  rows: {
    cache: ['container.memory.cache', 'By', PROGRAM],
    resident: ['container.process.memory.resident, shmem', 'By', EXACT],
  },
  async run(world) {
    const write = 'dd if=/dev/zero of=/scratch/file bs=1M count=16; echo done; exec sleep 1000';
    const container = await start(world, ['--tmpfs', '/scratch'], 'sh', '-c', write);
    const { plimsoll, stats } = await quiet(world, container, () => ({}));
    return {
      cache: outcome(16 * MIB, plimsoll.value('container.memory.cache'), stats.memory['total_cache']),
      resident: outcome(0, plimsoll.value('container.process.memory.resident', SHMEM)),
    };
  },
});

const reserved = scenario({
  name: '8 GiB of address space, untouched',
  rows: {
    virtual: ['container.process.memory.virtual', 'By', EXACT],
    resident: ['container.process.memory.resident', 'By', EXACT],
  },
  async run(world) {
    const container = await start(world, [], 'memory', '--reserve', `${8_192 * MIB}`);
    const read = () => ({
      virtual: statusBytes(container.pid, 'VmSize'),
      resident: statusBytes(container.pid, 'VmRSS'),
    });
    const { truth, plimsoll, old } = await quiet(world, container, read);
    const virtual = plimsoll.value('container.process.memory.virtual');
    const resident = plimsoll.value('container.process.memory.resident');
    return {
      virtual: outcome(truth.virtual, virtual, undefined, ofOld(old, 'virtualBytes')),
      resident: outcome(truth.resident, resident, undefined, ofOld(old, 'residentBytes')),
    };
  },
});

const threads = scenario({
  name: 'memory of a process with 16 threads',
  rows: {
    resident: ['container.process.memory.resident', 'By', EXACT],
    threads: ['container.process.thread.count', 'count', EXACT],
    processes: ['container.process.count', 'count', EXACT],
    tasks: ['container.task.count', 'count', EXACT],
  },
  async run(world) {
    const container = await world.docker.run({ image: world.images.programs, command: ['threads', '15'] });
    const pids = cgroupOf(world, container, 'pids');
    const read = () => ({ resident: statusBytes(container.pid, 'VmRSS'), tasks: numberIn(pids, 'pids.current') });
    const { truth, plimsoll, stats, old } = await quiet(world, container, read);
    const resident = plimsoll.value('container.process.memory.resident');
    return {
      resident: outcome(truth.resident, resident, undefined, ofOld(old, 'residentBytes')),
      threads: outcome(16, plimsoll.value('container.process.thread.count')),
      processes: outcome(1, plimsoll.value('container.process.count')),
      tasks: outcome(truth.tasks, plimsoll.value('container.task.count'), stats.tasks),
    };
  },
});

const swapped = scenario({
  name: 'memory limit of 32 MiB, 64 MiB held, the rest in swap',
  rows: {
    cgroup: ['container.memory.swap', 'By', EXACT],
    processes: ['container.process.memory.swap', 'By', EXACT],
  },
  async run(world) {
    const refused = await haveSwap(world.releasers);
    if (refused !== undefined) {
      const notSeenLive = `${refused}; seen live on the cgroup v2 with every controller`;
      return { cgroup: { notSeenLive }, processes: { notSeenLive } };
    }
    const flags = ['--memory', '32m', '--memory-swap', '256m'];
    const container = await start(world, flags, 'memory', '--anon', `${64 * MIB}`);
    const memory = cgroupOf(world, container, 'memory');
    const read = () => ({
      cgroup: fieldIn('total_swap', memory, 'memory.stat'),
      processes: statusBytes(container.pid, 'VmSwap'),
    });
    const { truth, plimsoll, stats } = await quiet(world, container, read);
    if (truth.cgroup === 0) throw new Error('nothing is in swap');
    const processes = plimsoll.value('container.process.memory.swap');
    // What is in swap has to come back before the swap can go.
    await world.docker.remove(container.id);
    return {
      cgroup: outcome(truth.cgroup, plimsoll.value('container.memory.swap'), stats.memory['total_swap']),
      processes: outcome(truth.processes, processes),
    };
  },
});

const LIMIT = ['--memory', '32m'];

const childKilled = scenario({
  name: 'memory limit of 32 MiB, a child is killed for it',
  rows: {
    limit: ['container.memory.limit', 'By', EXACT],
    kills: ['container.memory.events, oom_kill', 'count', EXACT],
    hits: ['container.memory.events, max', 'count', EXACT],
    status: ['container.status', 'word', EXACT],
  },
  async run(world) {
    const container = await start(world, LIMIT, 'memory', '--overrun', 'child');
    const memory = cgroupOf(world, container, 'memory');
    const read = () => ({
      limit: numberIn(memory, 'memory.limit_in_bytes'),
      kills: fieldIn('oom_kill', memory, 'memory.oom_control'),
      hits: numberIn(memory, 'memory.failcnt'),
    });
    const { truth, plimsoll, stats } = await quiet(world, container, read);
    const events = (type: string) => plimsoll.value('container.memory.events', { 'memory.event.type': type });
    return {
      limit: outcome(truth.limit, plimsoll.value('container.memory.limit'), stats.memoryLimitBytes),
      kills: outcome(truth.kills, events('oom_kill')),
      hits: outcome(truth.hits, events('max'), stats.memoryFailures),
      status: outcome('running', plimsoll.which('container.status', 'container.status')),
    };
  },
});

const firstKilled = scenario({
  name: 'memory limit of 32 MiB, the first process is killed for it',
  rows: {
    status: ['container.status', 'word', EXACT],
    killed: ['container.oom_killed', 'count', EXACT],
    code: ['container.exit.code', 'count', EXACT],
  },
  async run(world) {
    const command = ['memory', '--wait', '2', '--overrun', 'self'];
    const container = await world.docker.run({ image: world.images.programs, flags: LIMIT, command });
    const inspect = (format: string) => world.docker.docker(['inspect', '--format', format, container.id]);
    const ended = async () => (await inspect('{{.State.Status}}')) === 'exited' || undefined;
    await waitFor('the kernel kills it', ended, { timeoutMs: 30_000 });
    const [killed, code] = (await inspect('{{.State.OOMKilled}} {{.State.ExitCode}}')).split(' ');
    // Its series end; what is known of a stopped container goes on.
    const plimsoll = await world.watch.next(container.id).catch(() => undefined);
    return {
      status: outcome('exited', plimsoll?.which('container.status', 'container.status')),
      killed: outcome(killed === 'true' ? 1 : 0, plimsoll?.value('container.oom_killed')),
      code: outcome(Number(code), plimsoll?.value('container.exit.code')),
    };
  },
});

export const MEMORY: readonly Phase[] = [
  { name: 'memory', scenarios: [anonymous, mappedFile, shared, tmpfs, reserved, threads] },
  // Apart: at its limit the kernel also takes back pages of the programs' files, which processes of all containers have mapped.
  { name: 'memory limits', scenarios: [childKilled, firstKilled] },
  // Last, since the machine may have swap from then on.
  { name: 'swap', scenarios: [swapped] },
];
