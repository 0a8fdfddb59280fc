import { LIMITS } from '../../limits.ts';
import type { KernelFiles } from '../kernel-files.ts';
import { childCgroups } from './child-cgroups.ts';
import { type MemoryEvents, readMemoryEventsV1 } from './memory-events.ts';

/** By path below the container's cgroup, of all that are there. What could not be read of one is absent. */
export type ChildMemoryEvents = ReadonlyMap<string, MemoryEvents>;

const MAX_CHILDREN = LIMITS.childCgroups.max;

/**
 * On v1 a hit of a limit is counted by the cgroup that has the limit, and a kill by the one that the process was in; a
 * cgroup above does not have them. Undefined where it cannot be said which cgroups there are.
 */
export function readChildMemoryEvents(files: KernelFiles, dir: string): ChildMemoryEvents | undefined {
  const events = new Map<string, MemoryEvents>();
  return addChildren(files, { dir, path: '', depth: LIMITS.cgroupDepth.max }, events) ? events : undefined;
}

type At = { readonly dir: string; readonly path: string; readonly depth: number };

/** False where there are too many of them, or some may not be known. */
function addChildren(files: KernelFiles, { dir, path, depth }: At, events: Map<string, MemoryEvents>): boolean {
  const names = childCgroups(files, dir);
  if (!names) return false;
  if (names.length > 0 && depth === 0) return false;
  if (events.size + names.length > MAX_CHILDREN) {
    files.onLimit('childCgroups');
    return false;
  }
  return names.every((name) => {
    const child = { dir: `${dir}/${name}`, path: `${path}/${name}`, depth: depth - 1 };
    events.set(child.path, readMemoryEventsV1(files, child.dir));
    return addChildren(files, child, events);
  });
}
