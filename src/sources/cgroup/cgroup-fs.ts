import { existsSync, lstatSync, readlinkSync, statSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import type { KernelFiles } from '../kernel-files.ts';
import { findNamespaceRoot } from './namespace-root.ts';

/** The mounted cgroup hierarchies. Where they are mounted is a value. */
export type CgroupFs = {
  readonly path: string;
  /**
   * 2 where only the unified hierarchy is mounted; 1 for v1 and for hybrid, where the controllers are on v1 and the v2
   * hierarchy is beside them.
   */
  readonly version: 1 | 2;
  /** Where our cgroup namespace begins in the v2 hierarchy; '' is its top. */
  readonly namespaceRoot: string;
  readonly files: KernelFiles;
};

export type CgroupFsOptions = { readonly root: string; readonly path: string; readonly files: KernelFiles };

/** Where every engine and runtime mounts the hierarchies, and so how state files write paths. */
export const STANDARD_CGROUP_PATH = '/sys/fs/cgroup';

export function createCgroupFs({ root, path, files }: CgroupFsOptions): CgroupFs {
  const mounted = path || root.replace(/\/+$/, '') + STANDARD_CGROUP_PATH;
  const version = existsSync(`${mounted}/cgroup.controllers`) ? 2 : 1;
  const namespaceRoot = version === 2 ? findNamespaceRoot(mounted, STANDARD_CGROUP_PATH) : '';
  return { path: mounted, version, namespaceRoot, files };
}

/**
 * The existing directory `path` below `base`; undefined where there is none, or where it would lead out of `base`: paths
 * come from state files and from /proc, and must not make us read elsewhere. `base` itself may be anywhere, also behind
 * /proc/PID/root, which no realpath can see through.
 */
export function directoryBelow(base: string, path: string): string | undefined {
  const directory = resolve(base, `./${path}`);
  if (!isWithin(base, directory)) return undefined;
  let reached = resolve(base);
  try {
    statSync(reached);
    for (const segment of directory.slice(reached.length).split(sep)) {
      if (segment === '') continue;
      const next = resolve(reached, followed(reached, segment));
      if (!isWithin(reached, next) || lstatSync(next).isSymbolicLink()) return undefined;
      reached = next;
    }
    return directory;
  } catch (error) {
    // The cgroup was never there, or it was removed a moment ago.
    if ((error as NodeJS.ErrnoException).code !== undefined) return undefined;
    throw error;
  }
}

/** Where hierarchies are mounted, `cpu` may be a link to `cpu,cpuacct` beside it. */
function followed(directory: string, segment: string): string {
  const path = resolve(directory, segment);
  return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : segment;
}

function isWithin(base: string, path: string): boolean {
  const clean = resolve(base);
  return path === clean || path.startsWith(clean === sep ? sep : clean + sep);
}
