import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What the kernel itself says of a container, read without any code of Plimsoll: the truth of the end-to-end tests.
 * Every reading takes the process id of one of the container's processes.
 */

export type InterfaceCounters = {
  readonly receivedBytes: number;
  readonly receivedPackets: number;
  readonly transmittedBytes: number;
  readonly transmittedPackets: number;
};

/** Processor time of the container's cgroup in seconds. */
export function cpuSeconds(pid: number): number {
  const v1 = cgroupDir(pid, 'cpuacct');
  if (v1 !== undefined) return Number(readFileSync(join(v1, 'cpuacct.usage'), 'utf8')) / 1e9;
  return field(join(cgroupDir(pid, '')!, 'cpu.stat'), 'usage_usec') / 1e6;
}

/** Memory charged to the container's cgroup in bytes. */
export function memoryUsageBytes(pid: number): number {
  const v1 = cgroupDir(pid, 'memory');
  const file = v1 === undefined ? join(cgroupDir(pid, '')!, 'memory.current') : join(v1, 'memory.usage_in_bytes');
  return Number(readFileSync(file, 'utf8'));
}

/** Anonymous memory of the container's cgroup in bytes. */
export function memoryAnonBytes(pid: number): number {
  const v1 = cgroupDir(pid, 'memory');
  return v1 === undefined
    ? field(join(cgroupDir(pid, '')!, 'memory.stat'), 'anon')
    : field(join(v1, 'memory.stat'), 'total_rss');
}

/** Resident anonymous memory of one process in bytes. */
export function residentAnonBytes(pid: number): number {
  return field(`/proc/${pid}/status`, 'RssAnon:') * 1024;
}

/** Counters of one interface in the process' network namespace. */
export function interfaceCounters(pid: number, name: string): InterfaceCounters {
  const lines = readFileSync(`/proc/${pid}/net/dev`, 'utf8').split('\n');
  const line = lines.find((candidate) => candidate.trim().startsWith(`${name}:`));
  if (line === undefined) throw new Error(`no interface ${name} in the network namespace of process ${pid}`);
  const counters = line.split(':')[1]!.trim().split(/\s+/).map(Number);
  return {
    receivedBytes: counters[0]!,
    receivedPackets: counters[1]!,
    transmittedBytes: counters[8]!,
    transmittedPackets: counters[9]!,
  };
}

/** Where the cgroup of a process is in the hierarchy of a v1 controller, or with '' in the unified one. */
function cgroupDir(pid: number, controller: string): string | undefined {
  const path = readFileSync(`/proc/${pid}/cgroup`, 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([, controllers]) => controllers?.split(',').includes(controller))?.[2];
  const mount = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .find((words) => {
      const type = words[words.indexOf('-') + 1];
      return controller === ''
        ? type === 'cgroup2'
        : type === 'cgroup' && words.at(-1)?.split(',').includes(controller);
    })?.[4];
  return path === undefined || mount === undefined ? undefined : join(mount, path);
}

function field(file: string, name: string): number {
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .map((words) => words.split(/\s+/))
    .find(([key]) => key === name);
  if (line === undefined) throw new Error(`no ${name} in ${file}`);
  return Number(line[1]);
}
