import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Releasers } from '../test/e2e/parts/releasers.ts';

/**
 * The kernel's account of the CPU time of some processes, in nanoseconds: threads and children that ended are in it, and
 * whatever they start, too, which /proc can say of none of them.
 */
export type CpuAccount = {
  /** From now on it and what it starts is in the account. What runs in a container has a cgroup of its own, and is not. */
  add(pid: number): void;
  cpuSeconds(): number;
  /** Who is in it at this moment. */
  pids(): number[];
};

const PREFIX = 'plimsoll-account-';
const NS_PER_SECOND = 1e9;
const US_PER_SECOND = 1e6;
let made = 0;

/** It goes with the release, once everything in it has ended: whoever starts processes for it adds their release later. */
export function createCpuAccount(releasers: Releasers): CpuAccount {
  const isV1 = existsSync('/sys/fs/cgroup/cpuacct/cgroup.procs');
  const root = isV1 ? '/sys/fs/cgroup/cpuacct' : '/sys/fs/cgroup';
  removeLeftBehind(root);
  const directory = join(root, `${PREFIX}${process.pid}-${++made}`);
  mkdirSync(directory);
  releasers.add(directory, () => rmdirSync(directory));
  const read = (file: string): string => readFileSync(join(directory, file), 'utf8');
  return {
    add: (pid) => writeFileSync(join(directory, 'cgroup.procs'), String(pid)),
    cpuSeconds: isV1
      ? () => Number(read('cpuacct.usage')) / NS_PER_SECOND
      : () => Number(/^usage_usec (\d+)$/m.exec(read('cpu.stat'))?.[1]) / US_PER_SECOND,
    pids: () => read('cgroup.procs').split('\n').filter(Boolean).map(Number),
  };
}

/** Of benchmarks that were killed: nobody else ends the agents that they started. */
function removeLeftBehind(root: string): void {
  for (const name of readdirSync(root)) {
    const [pid] = name.startsWith(PREFIX) ? name.slice(PREFIX.length).split('-') : [];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    const members = readFileSync(join(root, name, 'cgroup.procs'), 'utf8')
      .split('\n')
      .filter(Boolean);
    for (const member of members) process.kill(Number(member), 'SIGKILL');
    // Those that were ended a moment ago are still in theirs: the next benchmark removes it.
    if (members.length === 0) rmdirSync(join(root, name));
  }
}
