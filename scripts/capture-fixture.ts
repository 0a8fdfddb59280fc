import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { createKernelFiles, okValue } from '../src/sources/kernel-files.ts';
import { type CgroupMembership, readProcCgroup } from '../src/sources/proc/cgroup.ts';
import { createProcFs } from '../src/sources/proc/proc-fs.ts';
import { readStat } from '../src/sources/proc/stat.ts';

/*
 * Captures what the kernel and the engine say of a few containers as a small tree that `host.root` can point at:
 *
 *   npm run capture -- --out test/fixtures/hosts/NAME CONTAINER_OR_PID...
 *   npm run capture -- --out test/fixtures/proc/NAME --process PID
 *
 * Only the files below are copied: never a command line, an environment or the configuration in a state file. It reads
 * the real host, so it has to run as root and in the mount namespace of the engine.
 */

const PROCESS_FILES = [
  ...['stat', 'status', 'comm', 'io', 'limits', 'smaps_rollup'],
  ...['net/dev', 'net/tcp', 'net/tcp6', 'net/sockstat', 'net/sockstat6'],
];
const NAMESPACES = ['net', 'pid'];

const CGROUP_FILES = [
  'cgroup.procs',
  'cgroup.controllers',
  'cgroup.events',
  'cgroup.freeze',
  ...['cpu.stat', 'cpu.max', 'cpu.pressure', 'cpu.cfs_quota_us', 'cpu.cfs_period_us', 'cpuacct.stat', 'cpuacct.usage'],
  ...['memory.current', 'memory.max', 'memory.peak', 'memory.swap.current', 'memory.events', 'memory.pressure'],
  ...['memory.stat', 'memory.usage_in_bytes', 'memory.limit_in_bytes', 'memory.max_usage_in_bytes'],
  ...['memory.failcnt', 'memory.oom_control', 'pids.current', 'pids.max', 'io.stat', 'io.pressure'],
  ...['blkio.throttle.io_service_bytes_recursive', 'blkio.throttle.io_serviced_recursive'],
];

/** init and kthreadd: the former may hold capabilities that keep us from looking at it. */
const FIRST_PROCESSES = [1, 2];

const V1_CONTROLLERS = ['cpu', 'cpuacct', 'memory', 'pids', 'blkio'];
const CGROUP_ROOT = '/sys/fs/cgroup';
const IS_UNIFIED = existsSync(`${CGROUP_ROOT}/cgroup.controllers`);
const RUNTIME_STATE = '/run/docker/runtime-runc/moby';

type Inspect = {
  readonly Id: string;
  readonly Name: string;
  readonly Image: string;
  readonly RestartCount: number;
  readonly State: Readonly<Record<string, unknown>> & { readonly Pid: number };
  readonly Config: { readonly Image: string; readonly Labels: Readonly<Record<string, string>> };
  readonly HostConfig: { readonly NetworkMode: string };
};

const proc = createProcFs({ root: '/', path: '', files: createKernelFiles() });

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** A file that is not there, or that the kernel refuses, is left out. */
function orLeftOut(capture: () => void): void {
  try {
    capture();
  } catch (error) {
    process.stderr.write(`left out: ${(error as Error).message}\n`);
  }
}

const copy = (from: string, to: string): void => orLeftOut(() => write(to, readFileSync(from)));

function captureProcess(pid: number | string, dir: string): void {
  for (const file of PROCESS_FILES) copy(`${proc.path}/${pid}/${file}`, join(dir, file));
}

function captureNamespaces(pid: number | string, dir: string): void {
  mkdirSync(join(dir, 'ns'), { recursive: true });
  for (const kind of NAMESPACES) {
    const link = join(dir, 'ns', kind);
    rmSync(link, { force: true });
    orLeftOut(() => symlinkSync(readlinkSync(`${proc.path}/${pid}/ns/${kind}`), link));
  }
}

function membershipsOf(pid: number): CgroupMembership[] {
  const outcome = readProcCgroup(proc, pid);
  if (outcome.status !== 'ok') throw new Error(`cannot read the cgroup of process ${pid}: ${outcome.status}`);
  return outcome.value;
}

/** One line for each hierarchy that is captured; the others say nothing of a container and something of the host. */
function cgroupLines(pid: number): string {
  const kept = readFileSync(`${proc.path}/${pid}/cgroup`, 'utf8')
    .split('\n')
    .filter((line) => {
      const [, controllers = ''] = line.split(':');
      if (line.startsWith('0::') || IS_UNIFIED) return line.startsWith('0::');
      return controllers.split(',').some((name) => V1_CONTROLLERS.includes(name));
    });
  return `${kept.join('\n')}\n`;
}

/** Copies one cgroup with all below it. @returns the processes in it. */
function captureCgroup(dir: string, out: string): number[] {
  for (const file of CGROUP_FILES) if (existsSync(join(dir, file))) copy(join(dir, file), join(out, dir, file));
  const listed = readFileSync(join(dir, 'cgroup.procs'), 'utf8');
  const children = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [
    ...listed.split('\n').filter(Boolean).map(Number),
    ...children.flatMap(({ name }) => captureCgroup(join(dir, name), out)),
  ];
}

function cgroupDirectories(pid: number): string[] {
  return membershipsOf(pid).flatMap(({ controllers, path }) => {
    if (IS_UNIFIED) return controllers.length === 0 ? [CGROUP_ROOT + path] : [];
    return controllers.filter((name) => V1_CONTROLLERS.includes(name)).map((name) => `${CGROUP_ROOT}/${name}${path}`);
  });
}

/** Children of the first thread, of which zombies are wanted: cgroup.procs leaves them out. @returns the zombies. */
function captureChildren(pid: number, dir: string): number[] {
  const file = `task/${pid}/children`;
  copy(`${proc.path}/${pid}/${file}`, join(dir, file));
  const listed = existsSync(join(dir, file)) ? readFileSync(join(dir, file), 'utf8') : '';
  return listed
    .split(' ')
    .filter(Boolean)
    .map(Number)
    .filter((child) => okValue(readStat(proc, child))?.state === 'Z');
}

function capturePid(pid: number, out: string): void {
  const pids = new Set(cgroupDirectories(pid).flatMap((dir) => captureCgroup(dir, out)));
  for (const member of pids) {
    const dir = join(out, 'proc', String(member));
    for (const zombie of captureChildren(member, dir)) captureProcess(zombie, join(out, 'proc', String(zombie)));
    captureProcess(member, dir);
    captureNamespaces(member, dir);
    write(join(dir, 'cgroup'), cgroupLines(member));
  }
}

function inspect(container: string): Inspect {
  const [document] = JSON.parse(execFileSync('docker', ['inspect', container], { encoding: 'utf8' })) as Inspect[];
  if (document === undefined) throw new Error(`the engine has no container ${container}`);
  return document;
}

/** The part of an inspect document that test/fakes/docker-documents.ts declares. */
function shortened({ Id, Name, Image, RestartCount, State, Config, HostConfig }: Inspect): Inspect {
  const { Status, Running, Paused, Restarting, Pid, StartedAt } = State;
  return {
    Id,
    Name,
    Image,
    RestartCount,
    State: { Status, Running, Paused, Restarting, Pid, StartedAt },
    Config: { Image: Config.Image, Labels: Config.Labels },
    HostConfig: { NetworkMode: HostConfig.NetworkMode },
  };
}

/** Where `/run` of the engine is not the host's, as with an exec-root of its own, `--state` says where its states are. */
function captureContainer(container: string, state: string, out: string): Inspect {
  const document = inspect(container);
  const file = `${document.Id}/state.json`;
  const { id, cgroup_paths } = JSON.parse(readFileSync(join(state, file), 'utf8')) as Record<string, unknown>;
  write(join(out, RUNTIME_STATE, file), `${JSON.stringify({ id, cgroup_paths }, null, 2)}\n`);
  capturePid(document.State.Pid, out);
  return shortened(document);
}

/** What is read of the host itself: its boot time, the namespaces of its first processes, and where the reader runs. */
function captureHost(out: string): void {
  const bootTime = readFileSync(`${proc.path}/stat`, 'utf8').match(/^btime .*$/m)?.[0];
  write(join(out, 'proc/stat'), `cpu  0 0 0 0 0 0 0 0 0 0\n${bootTime}\n`);
  for (const pid of FIRST_PROCESSES) captureNamespaces(pid, join(out, 'proc', String(pid)));
  const v1 = V1_CONTROLLERS.map((name, index) => `${index + 1}:${name}:/\n`).join('');
  write(join(out, 'proc/self/cgroup'), IS_UNIFIED ? '0::/\n' : `${v1}0::/\n`);
  if (IS_UNIFIED) copy(`${CGROUP_ROOT}/cgroup.controllers`, join(out, CGROUP_ROOT, 'cgroup.controllers'));
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { out: { type: 'string' }, process: { type: 'string' }, state: { type: 'string' } },
  });
  const { out, state = RUNTIME_STATE } = values;
  if (out === undefined || (positionals.length === 0 && values.process === undefined)) {
    throw new Error('say where to: --out FOLDER, and what: containers, process ids, or --process PID');
  }
  if (values.process !== undefined) {
    captureProcess(values.process, out);
    return;
  }
  captureHost(out);
  const documents: Inspect[] = [];
  for (const what of positionals) {
    if (/^\d{1,7}$/.test(what)) capturePid(Number(what), out);
    else documents.push(captureContainer(what, state, out));
  }
  write(join(out, 'engine.json'), `${JSON.stringify(documents, null, 2)}\n`);
}

main();
