import type { CgroupMembership } from '../proc/cgroup.ts';
import { type CgroupFs, directoryBelow, STANDARD_CGROUP_PATH } from './cgroup-fs.ts';
import type { RuntimeState } from './runtime-state.ts';

/** Those whose files are read. */
const V1_CONTROLLERS = ['cpu', 'cpuacct', 'memory', 'pids', 'blkio'];

/** The directories that hold a container's cgroup: one on v2, one for each controller on v1. */
export type CgroupPlace =
  | { readonly version: 2; readonly directory: string }
  | {
      readonly version: 1;
      readonly directories: Readonly<Record<string, string>>;
      /** On a hybrid host, where the v2 hierarchy is beside them: it has no controllers, but tells of pressure and ends. */
      readonly unified?: string;
    };

/** Where hybrid hosts mount the v2 hierarchy. */
const UNIFIED = 'unified';

/** Directory whose cgroup.procs lists the container's processes. Any hierarchy holds them all; `pids` is the usual one. */
export function processesDirectory(place: CgroupPlace): string | undefined {
  if (place.version === 2) return place.directory;
  const { pids, cpuacct, memory } = place.directories;
  return pids ?? cpuacct ?? memory ?? Object.values(place.directories)[0];
}

/** Whether every directory that is read is known; some hosts have not all of them. */
export function isWholePlace(place: CgroupPlace): boolean {
  return place.version === 2 || V1_CONTROLLERS.every((controller) => place.directories[controller] !== undefined);
}

/**
 * From the lines of /proc/PID/cgroup. `own` are the reader's own lines: inside a container its own cgroup may be mounted
 * as the root of the hierarchy, so that a path that equals its own is the mount itself.
 */
export function placeOfMemberships(
  cgroups: CgroupFs,
  memberships: readonly CgroupMembership[],
  own: readonly CgroupMembership[],
): CgroupPlace | undefined {
  const ownPaths = new Set(own.map((line) => `${line.controllers.join(',')}:${line.path}`));
  const below = (base: string, line: CgroupMembership): string | undefined =>
    directoryBelow(base, line.path) ??
    (ownPaths.has(`${line.controllers.join(',')}:${line.path}`) ? directoryBelow(base, '') : undefined);

  if (cgroups.version === 2) {
    const unified = memberships.find((line) => line.controllers.length === 0);
    const directory = unified && below(cgroups.path, unified);
    return directory === undefined ? undefined : { version: 2, directory };
  }
  const directories: Record<string, string> = {};
  for (const line of memberships) {
    for (const controller of line.controllers) {
      // Hierarchies of several controllers are mounted under all their names, `cpu,cpuacct`, and linked under each.
      const directory =
        below(`${cgroups.path}/${line.controllers.join(',')}`, line) ?? below(`${cgroups.path}/${controller}`, line);
      if (directory !== undefined) directories[controller] = directory;
    }
  }
  // A runtime that knows no hybrid hosts leaves its containers' processes where its own are.
  const joined = memberships.find((line) => line.controllers.length === 0 && isOfController(memberships, line.path));
  return v1Place(directories, joined && below(`${cgroups.path}/${UNIFIED}`, joined));
}

/** From paths by controller as runc's state.json has them, written for the engine's own view of the hierarchies. */
export function placeOfPaths(cgroups: CgroupFs, paths: Readonly<Record<string, string>>): CgroupPlace | undefined {
  const rebased = (path: string): string | undefined =>
    path.startsWith(`${STANDARD_CGROUP_PATH}/`)
      ? directoryBelow(cgroups.path, path.slice(STANDARD_CGROUP_PATH.length))
      : undefined;
  if (cgroups.version === 2) {
    const directory = paths[''] === undefined ? undefined : rebased(paths['']);
    return directory === undefined ? undefined : { version: 2, directory };
  }
  const directories: Record<string, string> = {};
  for (const [controller, path] of Object.entries(paths)) {
    const directory = controller === '' ? undefined : rebased(path);
    if (directory !== undefined) directories[controller] = directory;
  }
  return v1Place(directories, paths[''] === undefined ? undefined : rebased(paths['']));
}

const isOfController = (memberships: readonly CgroupMembership[], path: string): boolean =>
  memberships.some((line) => line.path === path && V1_CONTROLLERS.some((each) => line.controllers.includes(each)));

function v1Place(directories: Readonly<Record<string, string>>, unified: string | undefined): CgroupPlace | undefined {
  if (Object.keys(directories).length === 0) return undefined;
  return { version: 1, directories, ...(unified !== undefined && { unified }) };
}

/** From one path that holds in every hierarchy, as crun's status file has it. */
export function placeOfPath(cgroups: CgroupFs, path: string): CgroupPlace | undefined {
  const below = (...parts: readonly string[]): string => [STANDARD_CGROUP_PATH, ...parts, path].join('/');
  if (cgroups.version === 2) return placeOfPaths(cgroups, { '': below() });
  const paths = V1_CONTROLLERS.map((controller) => [controller, below(controller)]);
  return placeOfPaths(cgroups, { ...Object.fromEntries(paths), '': below(UNIFIED) });
}

/** From what a runtime wrote down. */
export function placeOfState(cgroups: CgroupFs, state: RuntimeState): CgroupPlace | undefined {
  return state.kind === 'paths' ? placeOfPaths(cgroups, state.paths) : placeOfPath(cgroups, state.path);
}
