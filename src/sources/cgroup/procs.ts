import { LIMITS } from '../../limits.ts';
import type { KernelFiles, ReadOutcome } from '../kernel-files.ts';
import { childCgroups } from './child-cgroups.ts';
import { parseNumberLines } from './formats.ts';

/** Deeper than any container nests cgroups, and more than one has; both end a walk that somebody made endless. */
const MAX_DEPTH = LIMITS.cgroupDepth.max;
const MAX_CHILDREN = LIMITS.walkedCgroups.max;

/**
 * Processes of a cgroup and of all below it (systemd and nested containers make children), each once: `cgroup.procs`,
 * never `tasks`, whose entries are threads. An id of 0 is a process that our PID namespace cannot name.
 */
export function readProcs(files: KernelFiles, dir: string, maxChildren: number = MAX_CHILDREN): ReadOutcome<number[]> {
  const top = files.read('cgroup.procs', `${dir}/cgroup.procs`, parseNumberLines);
  if (top.status !== 'ok') return top;
  const children = childrenOf(files, dir);
  // As good as always, and read for every container in every cycle.
  if (top.value.length <= 1 && children.length === 0) return top;
  const pids = new Set(top.value);
  const unread = addBelow(files, children, pids, maxChildren);
  if (unread.tooDeep > 0) files.onLimit('cgroupDepth', unread.tooDeep);
  if (unread.tooMany > 0) files.onLimit('walkedCgroups', unread.tooMany);
  // In order, so that parents tend to be read before their children and one reading is like the next.
  return { status: 'ok', value: [...pids].sort((a, b) => a - b) };
}

type Unread = { tooDeep: number; tooMany: number };

const childrenOf = (files: KernelFiles, dir: string): string[] =>
  (childCgroups(files, dir) ?? []).map((name) => `${dir}/${name}`);

/** Level by level, so that where there are too many the upper ones are read. */
function addBelow(files: KernelFiles, first: readonly string[], pids: Set<number>, maxChildren: number): Unread {
  const unread: Unread = { tooDeep: 0, tooMany: 0 };
  let children = first;
  let places = maxChildren;
  for (let depth = 0; children.length > 0; depth++) {
    if (depth === MAX_DEPTH) {
      unread.tooDeep = children.length;
      break;
    }
    const level = children.slice(0, places);
    unread.tooMany += children.length - level.length;
    places -= level.length;
    for (const child of level) {
      const outcome = files.read('cgroup.procs', `${child}/cgroup.procs`, parseNumberLines);
      if (outcome.status === 'ok') for (const pid of outcome.value) pids.add(pid);
    }
    children = level.flatMap((dir) => childrenOf(files, dir));
  }
  return unread;
}
