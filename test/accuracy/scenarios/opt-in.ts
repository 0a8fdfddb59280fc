import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContainer } from '../../e2e/parts/docker.ts';
import { createTempDir } from '../../e2e/parts/temp-dir.ts';
import { ASKED_FOR, EXACT, FILE_SYSTEM, PROGRAM, SAID_BEFORE } from '../parts/bounds.ts';
import type { Outcome, Value } from '../parts/row.ts';
import { type Phase, scenario } from '../parts/scenario.ts';
import type { Snapshot } from '../parts/watch.ts';
import { cgroupOf, fieldIn, numberIn, quiet, untilDone, untilSays, type World } from '../parts/world.ts';
import { NETWORK_DETAILS } from './network-details.ts';
import { PROCESS_STATES } from './process-states.ts';

/** What no other scenario has: metrics that are to be switched on, and those that need a case of their own. */

const MIB = 1 << 20;

const outcome = (truth: Value, plimsoll: Value | undefined, stats?: Value): Outcome => ({
  truth,
  plimsoll: plimsoll ?? 'none',
  stats,
});

async function start(world: World, flags: readonly string[], ...command: readonly string[]): Promise<TestContainer> {
  const container = await world.docker.run({ image: world.images.programs, flags, command });
  await untilDone(world, container);
  return container;
}

/** What `counted` says of itself when it has done its work. */
async function saidBy({ docker }: World, { name }: TestContainer) {
  const said = await untilSays(docker, name, /done voluntary=(\d+) involuntary=(\d+) minor=(\d+) major=(\d+)/);
  const [voluntary, involuntary, minor, major] = said.slice(1).map(Number);
  return { voluntary: voluntary!, involuntary: involuntary!, minor: minor!, major: major! };
}

const switches = scenario({
  name: 'three threads that sleep 500 times each, and stay',
  rows: {
    asked: ['container.process.context_switches, voluntary (how often they sleep)', 'count', ASKED_FOR],
    voluntary: ['container.process.context_switches, voluntary', 'count', EXACT],
    involuntary: ['container.process.context_switches, involuntary', 'count', EXACT],
  },
  async run(world) {
    // What getrusage says is no truth here: it has those of the runtime's threads, before it became this program by exec.
    const container = await start(world, [], 'counted', '--sleeps', '500', '--threads', '3');
    const tasks = `/proc/${container.pid}/task`;
    const sum = (name: string): number =>
      readdirSync(tasks).reduce((total, tid) => total + fieldIn(`${name}:`, tasks, tid, 'status'), 0);
    const read = () => ({ voluntary: sum('voluntary_ctxt_switches'), involuntary: sum('nonvoluntary_ctxt_switches') });
    const { truth, plimsoll } = await quiet(world, container, read);
    const value = (type: string) =>
      plimsoll.value('container.process.context_switches', { 'process.context_switch.type': type });
    return {
      asked: outcome(1_500, value('voluntary')),
      voluntary: outcome(truth.voluntary, value('voluntary')),
      involuntary: outcome(truth.involuntary, value('involuntary')),
    };
  },
});

/** minflt + cminflt and majflt + cmajflt of a process. */
function faultsOf({ pid }: TestContainer): { minor: number; major: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [minor, ofChildren, major, majorOfChildren] = fields.slice(7, 11);
  return { minor: minor! + ofChildren!, major: major! + majorOfChildren! };
}

const faults = scenario({
  name: '100 children that touch 1 MiB each and end, and 64 pages of a file from the disk',
  rows: {
    saidMinor: ['container.process.paging.faults, minor (what getrusage says)', 'count', SAID_BEFORE],
    saidMajor: ['container.process.paging.faults, major (what getrusage says)', 'count', EXACT],
    minor: ['container.process.paging.faults, minor', 'count', EXACT],
    major: ['container.process.paging.faults, major', 'count', EXACT],
    cgroupMinor: ['container.paging.faults, minor', 'count', EXACT],
    cgroupMajor: ['container.paging.faults, major', 'count', EXACT],
  },
  async run(world) {
    const dir = await createTempDir(world.releasers);
    const command = ['counted', '--children', '100', '--pages', '/data/file'];
    const container = await start(world, ['--volume', `${dir}:/data`], ...command);
    const said = await saidBy(world, container);
    if (said.major < 64) throw new Error(`only ${said.major} faults were major`);
    const memory = cgroupOf(world, container, 'memory');
    const read = () => {
      const major = fieldIn('total_pgmajfault', memory, 'memory.stat');
      const cgroup = { minor: fieldIn('total_pgfault', memory, 'memory.stat') - major, major };
      return { processes: faultsOf(container), cgroup };
    };
    const { truth, plimsoll, stats } = await quiet(world, container, read);
    const value = (metric: string, type: string) => plimsoll.value(metric, { 'system.paging.fault.type': type });
    const [minor, major] = ['minor', 'major'].map((type) => value('container.process.paging.faults', type));
    return {
      saidMinor: outcome(said.minor, minor),
      saidMajor: outcome(said.major, major),
      minor: outcome(truth.processes.minor, minor),
      major: outcome(truth.processes.major, major),
      cgroupMinor: outcome(truth.cgroup.minor, value('container.paging.faults', 'minor')),
      cgroupMajor: outcome(
        truth.cgroup.major,
        value('container.paging.faults', 'major'),
        stats.memory['total_pgmajfault'],
      ),
    };
  },
});

const files = scenario({
  name: '50 files open, of 100 that it may have open',
  rows: {
    count: ['container.process.file_descriptor.count', 'count', EXACT],
    utilization: ['container.process.file_descriptor.utilization', 'count', EXACT],
  },
  async run(world) {
    const container = await start(world, ['--ulimit', 'nofile=100:100'], 'counted', '--files', '50');
    const read = () => ({ open: readdirSync(`/proc/${container.pid}/fd`).length });
    const { truth, plimsoll } = await quiet(world, container, read);
    return {
      count: outcome(truth.open, plimsoll.value('container.process.file_descriptor.count')),
      utilization: outcome(truth.open / 100, plimsoll.value('container.process.file_descriptor.utilization')),
    };
  },
});

const transferred = scenario({
  name: '4 MiB written past the page cache and 8 MiB through it, 2 MiB read',
  rows: {
    written: ['container.process.disk.io, write (what the program wrote)', 'By', FILE_SYSTEM],
    read: ['container.process.disk.io, read (what the program read)', 'By', PROGRAM],
    kernelWritten: ['container.process.disk.io, write', 'By', EXACT],
    kernelRead: ['container.process.disk.io, read', 'By', EXACT],
  },
  async run(world) {
    const dir = await createTempDir(world.releasers);
    const transfers = ['--direct', '/data/a', `${4 * MIB}`, '--buffered', '/data/b', `${8 * MIB}`];
    const command = ['disk', ...transfers, '--read', '/data/a', `${2 * MIB}`];
    const container = await start(world, ['--volume', `${dir}:/data`], ...command);
    const io = `/proc/${container.pid}/io`;
    const read = () => ({ read: fieldIn('read_bytes:', io), written: fieldIn('write_bytes:', io) });
    const { truth, plimsoll } = await quiet(world, container, read);
    const value = (direction: string) =>
      plimsoll.value('container.process.disk.io', { 'disk.io.direction': direction });
    return {
      written: outcome(12 * MIB, value('write')),
      read: outcome(2 * MIB, value('read')),
      kernelWritten: outcome(truth.written, value('write')),
      kernelRead: outcome(truth.read, value('read')),
    };
  },
});

const proportional = scenario({
  name: '32 MiB shared by two processes, each page shared out among them',
  rows: {
    taken: ['container.process.memory.pss (what the program took)', 'By', PROGRAM],
    pss: ['container.process.memory.pss', 'By', EXACT],
  },
  async run(world) {
    const container = await start(world, [], 'memory', '--shmem', `${32 * MIB}`);
    const procs = join(cgroupOf(world, container, 'pids'), 'cgroup.procs');
    const read = () => {
      const pids = readFileSync(procs, 'utf8').trim().split('\n');
      const each = pids.map((pid) => fieldIn('Pss:', `/proc/${pid}/smaps_rollup`) * 1024);
      return { pids: each.length, bytes: each.reduce((sum, bytes) => sum + bytes, 0) };
    };
    const { truth, plimsoll } = await quiet(world, container, read);
    if (truth.pids !== 2) throw new Error(`${truth.pids} processes`);
    const pss = plimsoll.value('container.process.memory.pss');
    return { taken: outcome(32 * MIB, pss), pss: outcome(truth.bytes, pss) };
  },
});

const peak = scenario({
  name: '32 MiB in a tmpfs, removed again, of 64 MiB',
  rows: {
    peak: ['container.memory.peak', 'By', EXACT],
    held: ['container.memory.peak (what was written)', 'By', PROGRAM],
    available: ['container.memory.available', 'By', EXACT],
  },
  async run(world) {
    // In small blocks: dd holds one, and that is charged to the container, too.
    const script = 'dd if=/dev/zero of=/scratch/file bs=64k count=512 && rm /scratch/file; echo done; exec sleep 1000';
    const container = await start(world, ['--memory', '64m', '--tmpfs', '/scratch'], 'sh', '-c', script);
    const memory = cgroupOf(world, container, 'memory');
    const read = () => ({
      peak: numberIn(memory, 'memory.max_usage_in_bytes'),
      available:
        numberIn(memory, 'memory.limit_in_bytes') -
        (numberIn(memory, 'memory.usage_in_bytes') - fieldIn('total_inactive_file', memory, 'memory.stat')),
    });
    const { truth, plimsoll } = await quiet(world, container, read);
    const shown = (metric: string, of: number, from: Snapshot = plimsoll) => outcome(of, from.value(metric));
    return {
      peak: shown('container.memory.peak', truth.peak),
      held: shown('container.memory.peak', 32 * MIB),
      available: shown('container.memory.available', truth.available),
    };
  },
});

export const OPT_IN: readonly Phase[] = [
  ...PROCESS_STATES,
  { name: 'processes and memory', scenarios: [switches, faults, files, transferred, proportional, peak] },
  ...NETWORK_DETAILS,
];
