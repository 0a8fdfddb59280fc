import { okValue } from '../kernel-files.ts';
import { type CgroupMembership, readProcCgroup } from './cgroup.ts';
import { type ProcFs, readPids } from './proc-fs.ts';

/**
 * Ids of all processes that can be seen, by the path of their cgroup. The dear way to a container's processes, for where
 * cgroup.procs cannot be had: it reads one file of every process.
 */
export function readPidsByCgroup(proc: ProcFs): Map<string, number[]> {
  const pidsByPath = new Map<string, number[]>();
  for (const pid of okValue(readPids(proc)) ?? []) {
    const memberships = okValue(readProcCgroup(proc, pid));
    const path = memberships && processPath(memberships);
    if (path === undefined) continue;
    const pids = pidsByPath.get(path);
    if (pids) pids.push(pid);
    else pidsByPath.set(path, [pid]);
  }
  return pidsByPath;
}

/**
 * The path that says which container a process belongs to: of the `pids` or `cpuacct` hierarchy on v1, else of v2. An
 * engine that uses v2 leaves processes at the top of v1 hierarchies, so one that names a cgroup is preferred.
 */
export function processPath(memberships: readonly CgroupMembership[]): string | undefined {
  const of = (controller: string) => memberships.find((line) => line.controllers.includes(controller));
  const unified = memberships.find((line) => line.controllers.length === 0);
  const lines = [of('pids'), of('cpuacct'), of('memory'), unified, memberships[0]].filter((line) => line !== undefined);
  return (lines.find(({ path }) => /[^/.]/.test(path)) ?? lines[0])?.path;
}
