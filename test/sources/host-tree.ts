import type { OnLimit } from '../../src/limits.ts';
import { createCgroupFs } from '../../src/sources/cgroup/cgroup-fs.ts';
import type { LocateSources } from '../../src/sources/cgroup/locate.ts';
import type { Container } from '../../src/sources/container.ts';
import { createKernelFiles, type KernelFiles } from '../../src/sources/kernel-files.ts';
import { createProcFs } from '../../src/sources/proc/proc-fs.ts';
import { container } from '../fakes/containers.ts';
import { createTree, type Tree } from './tree.ts';

/** Trees of /proc, /sys/fs/cgroup and /run made by hand, of one container or two. */

export const ID = 'a'.repeat(64);
export const OTHER_ID = 'b'.repeat(64);

export const named = (id: string, more: Partial<Container> = {}): Container =>
  container(id.slice(0, 4), { id, pid: 100, ...more });

/** A line of /proc/PID/stat. */
export const statLine = (pid: number, { state = 'S', startTimeTicks = 5000 + pid } = {}): string =>
  `${pid} (app) ${state} 1 1 1 0 -1 0 0 0 0 0 7 3 0 0 20 0 1 0 ${startTimeTicks} 1000 10\n`;

/** What /proc has of a process in these cgroups. */
export const processFiles = (pid: number, cgroup: string, more = {}): Record<string, string> => ({
  [`proc/${pid}/cgroup`]: cgroup,
  [`proc/${pid}/stat`]: statLine(pid, more),
  [`proc/${pid}/status`]: 'VmSize:\t8 kB\nVmSwap:\t0 kB\n',
  [`proc/${pid}/net/dev`]: 'eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n',
});

export type HostTree = Tree & LocateSources & { readonly files: KernelFiles };

/** Runs before each reading of a kernel file: a test can make the kernel change its mind just there. */
export type BeforeRead = (source: string, path: string) => void;

export function createHostTree(
  content: Readonly<Record<string, string>>,
  beforeRead?: BeforeRead,
  onLimit?: OnLimit,
): HostTree {
  const tree = createTree(content);
  const real = createKernelFiles({ ...(onLimit && { onLimit }) });
  const files: KernelFiles = {
    ...real,
    read: (source, path, parse) => {
      beforeRead?.(source, path);
      return real.read(source, path, parse);
    },
    readKept: (source, directory, file, parse) => {
      beforeRead?.(source, `${directory}/${file}`);
      return real.readKept(source, directory, file, parse);
    },
    attempt: (source, look) => {
      beforeRead?.(source, '');
      return real.attempt(source, look);
    },
  };
  return {
    ...tree,
    files,
    proc: createProcFs({ root: tree.root, path: '', files }),
    cgroups: createCgroupFs({ root: tree.root, path: '', files }),
    runPath: `${tree.root}/run`,
  };
}

export const V2 = { 'sys/fs/cgroup/cgroup.controllers': '' };
export const DOCKER_V2 = `sys/fs/cgroup/docker/${ID}`;
export const runcState = (id: string, paths: Record<string, string>): Record<string, string> => ({
  [`run/docker/runtime-runc/moby/${id}/state.json`]: JSON.stringify({ id, cgroup_paths: paths }),
});
