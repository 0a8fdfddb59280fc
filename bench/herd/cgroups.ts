import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The cgroups of one container: directories by controller, the unified hierarchy under ''. */
export type ContainerCgroups = Readonly<Record<string, string>>;

export type HerdCgroups = {
  make(id: string): ContainerCgroups;
  /** Once no process is left in them. */
  remove(): Promise<void>;
};

const GROUP_PREFIX = 'plimsoll-bench-';
const V1_CONTROLLERS = ['cpu', 'cpuacct', 'memory', 'blkio', 'pids'];
const V2_CONTROLLERS = ['cpu', 'memory', 'io', 'pids'];
/** Of every second container, so that both ways through the limits are taken. Never reached. */
const LIMIT_BYTES = 256 * 1024 * 1024;
const LIMITS: Readonly<Record<string, string>> = {
  'memory.limit_in_bytes': String(LIMIT_BYTES),
  'memory.max': String(LIMIT_BYTES),
  'cpu.cfs_quota_us': '100000',
  'cpu.max': '100000 100000',
};
const REMOVED_AT_ONCE = 64;
const REMOVE_ATTEMPTS = 100;
const BETWEEN_ATTEMPTS_MS = 20;

/** Makes cgroups by hand, as an engine with the cgroupfs driver lays them out, below a folder of this process alone. */
export function createHerdCgroups(cgroupPath: string): HerdCgroups {
  const isV2 = existsSync(join(cgroupPath, 'cgroup.controllers'));
  const hierarchies = isV2 ? { '': cgroupPath } : v1Hierarchies(cgroupPath);
  const group = `${GROUP_PREFIX}${process.pid}`;
  const made = [...new Set(Object.values(hierarchies))].flatMap(leftBehind);
  let count = 0;

  function directory(...parts: string[]): string {
    const path = join(...parts);
    if (existsSync(path)) return path;
    mkdirSync(path);
    made.push(path);
    return path;
  }

  return {
    make(id) {
      const cgroups: Record<string, string> = {};
      for (const [controller, root] of Object.entries(hierarchies)) {
        const parent = directory(directory(root, group), 'docker');
        if (isV2 && count === 0) for (const each of [root, join(root, group), parent]) delegate(each);
        cgroups[controller] = directory(parent, id);
      }
      if (count % 2 === 0) for (const each of new Set(Object.values(cgroups))) limit(each);
      count += 1;
      return cgroups;
    },
    async remove() {
      // Of a batch, parents are tried until their children have gone.
      while (made.length > 0) await Promise.all(made.splice(-REMOVED_AT_ONCE).map(removePatiently));
    },
  };
}

/** The groups of benchmarks that were killed, parents before their children: nobody else removes them. */
function leftBehind(root: string): string[] {
  const isDead = (name: string): boolean =>
    name.startsWith(GROUP_PREFIX) && !existsSync(`/proc/${name.slice(GROUP_PREFIX.length)}`);
  return directoriesIn(root)
    .filter(isDead)
    .flatMap((name) => withDescendants(join(root, name)));
}

function withDescendants(directory: string): string[] {
  return [directory, ...directoriesIn(directory).flatMap((name) => withDescendants(join(directory, name)))];
}

function directoriesIn(path: string): string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

/** Hierarchies of several controllers are linked under each of their names: one directory then. */
function v1Hierarchies(cgroupPath: string): Record<string, string> {
  const roots = [...V1_CONTROLLERS.map((name) => [name, name] as const), ['', 'unified'] as const];
  const present = roots.filter(([, folder]) => existsSync(join(cgroupPath, folder, 'cgroup.procs')));
  return Object.fromEntries(present.map(([name, folder]) => [name, realpathSync(join(cgroupPath, folder))]));
}

/** Controllers that the parent does not have cannot be handed down. */
function delegate(directory: string): void {
  const available = readFileSync(join(directory, 'cgroup.controllers'), 'utf8').trim().split(' ');
  for (const controller of V2_CONTROLLERS.filter((name) => available.includes(name))) {
    writeFileSync(join(directory, 'cgroup.subtree_control'), `+${controller}`);
  }
}

function limit(directory: string): void {
  for (const [file, value] of Object.entries(LIMITS)) {
    if (existsSync(join(directory, file))) writeFileSync(join(directory, file), value);
  }
}

/** The kernel may take a moment to see that the last process has gone. */
async function removePatiently(path: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await rmdir(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY' || attempt === REMOVE_ATTEMPTS) throw error;
      await sleep(BETWEEN_ATTEMPTS_MS);
    }
  }
}
