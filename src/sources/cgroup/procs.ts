import { LIMITS } from '../../limits.ts';
import type { KernelFiles, ReadOutcome } from '../kernel-files.ts';
import { childCgroups } from './child-cgroups.ts';
import { parseNumberLines } from './formats.ts';

/** Deeper than any container nests cgroups; ends a walk that something else would make endless. */
const MAX_DEPTH = LIMITS.cgroupDepth.max;

/**
 * Processes of a cgroup and of all below it (systemd and nested containers make children), each once: `cgroup.procs`,
 * never `tasks`, whose entries are threads. An id of 0 is a process that our PID namespace cannot name.
 */
export function readProcs(files: KernelFiles, dir: string): ReadOutcome<number[]> {
  const top = files.read('cgroup.procs', `${dir}/cgroup.procs`, parseNumberLines);
  if (top.status !== 'ok') return top;
  const pids = new Set(top.value);
  addChildren(files, dir, pids, MAX_DEPTH);
  // In order, so that parents tend to be read before their children and one reading is like the next.
  return { status: 'ok', value: [...pids].sort((a, b) => a - b) };
}

function addChildren(files: KernelFiles, dir: string, pids: Set<number>, depth: number): void {
  if (depth === 0) return;
  for (const name of childCgroups(files, dir) ?? []) {
    const child = `${dir}/${name}`;
    const outcome = files.read('cgroup.procs', `${child}/cgroup.procs`, parseNumberLines);
    if (outcome.status === 'ok') for (const pid of outcome.value) pids.add(pid);
    addChildren(files, child, pids, depth - 1);
  }
}
