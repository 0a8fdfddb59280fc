import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Releasers } from '../../test/e2e/parts/releasers.ts';
import { createTempDir } from '../../test/e2e/parts/temp-dir.ts';
import { inspectDocument } from '../../test/fakes/docker-documents.ts';
import { createFakeDockerEngine, type FakeDockerEngine } from '../../test/fakes/docker-engine.ts';
import { type ContainerCgroups, createHerdCgroups } from './cgroups.ts';
import { type HerdProcesses, startProcesses } from './processes.ts';

export type HerdContainer = { readonly id: string; readonly pid: number; readonly busy: boolean };

/** Real processes in real cgroups behind an engine that is none. */
export type Herd = {
  readonly engine: FakeDockerEngine;
  /** Where the states of its runtime are, for `host.runPath`. */
  readonly runPath: string;
  readonly cgroupPath: string;
  /** The idle half first. */
  readonly containers: readonly HerdContainer[];
};

export type HerdOptions = {
  readonly releasers: Releasers;
  readonly containers: number;
  /** How often a busy container works. */
  readonly busyPeriodMs: number;
  readonly cgroupPath: string;
  /** Whether each container has a network namespace of its own. */
  readonly network: boolean;
};

const ID_BYTES = 32;
const MADE_AT_ONCE = 50;

/** Everything it makes goes with the release. */
export async function createHerd(options: HerdOptions): Promise<Herd> {
  const { releasers, cgroupPath } = options;
  const runPath = await createTempDir(releasers);
  const engine = await createFakeDockerEngine();
  releasers.add('fake engine', engine.close);
  const cgroups = createHerdCgroups(cgroupPath);
  releasers.add('cgroups', cgroups.remove);
  const processes = await startProcesses();
  releasers.add('herd', processes.end);

  const make = async (number: number): Promise<HerdContainer> => {
    const id = randomBytes(ID_BYTES).toString('hex');
    const busy = number >= options.containers / 2;
    const own = cgroups.make(id);
    const pid = await start(processes, own, { ...options, busy });
    await writeState(runPath, id, pid, options.cgroupPath, own);
    engine.addOld(documentOf(id, pid, number));
    return { id, pid, busy };
  };
  const containers: HerdContainer[] = [];
  while (containers.length < options.containers) {
    const batch = Math.min(MADE_AT_ONCE, options.containers - containers.length);
    // The program of the herd has the next ones to do while this one writes down what it made.
    containers.push(...(await Promise.all(Array.from({ length: batch }, (_, at) => make(containers.length + at)))));
  }
  return { engine, runPath, cgroupPath, containers };
}

function start(
  processes: HerdProcesses,
  cgroups: ContainerCgroups,
  { busy, busyPeriodMs, network }: { busy: boolean } & Pick<HerdOptions, 'busyPeriodMs' | 'network'>,
): Promise<number> {
  const lists = Object.values(cgroups).map((directory) => join(directory, 'cgroup.procs'));
  return processes.start({ busy, periodMs: busyPeriodMs, network, lists: [...new Set(lists)] });
}

/** What runc writes down, with the paths as the engine sees them. */
async function writeState(
  runPath: string,
  id: string,
  pid: number,
  cgroupPath: string,
  cgroups: ContainerCgroups,
): Promise<void> {
  const folder = join(runPath, 'docker/runtime-runc/moby', id);
  const paths = Object.entries(cgroups).map(([controller, path]) => [
    controller,
    path.replace(cgroupPath, '/sys/fs/cgroup'),
  ]);
  await mkdir(folder, { recursive: true });
  const state = { id, init_process_pid: pid, cgroup_paths: Object.fromEntries(paths) };
  await writeFile(join(folder, 'state.json'), JSON.stringify(state));
}

function documentOf(id: string, pid: number, number: number): ReturnType<typeof inspectDocument> {
  const labels = { 'com.docker.compose.project': 'herd', 'com.docker.compose.service': `service-${number % 20}` };
  const startedAt = new Date().toISOString();
  return inspectDocument({ id, pid, name: `herd-${number}`, labels, startedAt, createdAt: startedAt });
}
