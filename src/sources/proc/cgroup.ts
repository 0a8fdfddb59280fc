import { posix } from 'node:path';
import type { ReadOutcome } from '../kernel-files.ts';
import type { ProcFs } from './proc-fs.ts';

/** One line of /proc/PID/cgroup: the process's place in one hierarchy (cgroups(7)). */
export type CgroupMembership = {
  /** Controllers of a v1 hierarchy; empty for v2; `name=systemd` and the like for named hierarchies. */
  readonly controllers: readonly string[];
  /** Path below the hierarchy's root; on v1 as seen from the reader's cgroup namespace. */
  readonly path: string;
};

export function parseProcCgroup(bytes: Buffer): CgroupMembership[] | undefined {
  const memberships: CgroupMembership[] = [];
  for (const line of bytes.toString('utf8').split('\n')) {
    if (line === '') continue;
    // hierarchy-ID:controller-list:cgroup-path, and the path itself may hold colons.
    const controllersAt = line.indexOf(':');
    const pathAt = line.indexOf(':', controllersAt + 1);
    if (controllersAt < 0 || pathAt < 0 || line[pathAt + 1] !== '/') return undefined;
    const controllers = line.slice(controllersAt + 1, pathAt);
    memberships.push({
      controllers: controllers === '' ? [] : controllers.split(','),
      path: line.slice(pathAt + 1).replace(/ \(deleted\)$/, ''),
    });
  }
  return memberships.length === 0 ? undefined : memberships;
}

export function readProcCgroup(proc: ProcFs, pid: number | 'self'): ReadOutcome<CgroupMembership[]> {
  return proc.files.read('proc.cgroup', `${proc.path}/${pid}/cgroup`, (bytes) =>
    parseProcCgroup(bytes)?.map((line) => absolute(line, proc.cgroupRoot)),
  );
}

/** From inside a cgroup namespace a neighbour is `/../<id>`: made a path of the hierarchy again. */
function absolute(line: CgroupMembership, cgroupRoot: string): CgroupMembership {
  if (cgroupRoot === '' || line.controllers.length > 0) return line;
  return { ...line, path: posix.resolve(`${cgroupRoot}${line.path}`) };
}
