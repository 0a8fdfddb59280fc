import type { Container } from '../container.ts';
import { okValue } from '../kernel-files.ts';
import { type CgroupMembership, readProcCgroup } from '../proc/cgroup.ts';
import type { ProcFs } from '../proc/proc-fs.ts';
import type { CgroupFs } from './cgroup-fs.ts';
import { containersInPath } from './container-id.ts';
import { type CgroupPlace, placeOfMemberships, placeOfState } from './place.ts';
import { readRuntimeState } from './runtime-state.ts';

/** One step of the search for a container's cgroup, kept so that it can be explained. */
export type LocateStep = { readonly what: string; readonly result: string };

export type Located = { readonly place?: CgroupPlace; readonly steps: readonly LocateStep[] };

export type LocateSources = { readonly proc: ProcFs; readonly cgroups: CgroupFs; readonly runPath: string };

/** Finds a container's cgroup: the runtime's state file, else the cgroup of its first process. */
export function locateCgroup(sources: LocateSources, container: Container): Located {
  const steps: LocateStep[] = [];
  const place = fromRuntimeState(sources, container, steps) ?? fromProcess(sources, container, steps);
  return { steps, ...(place && { place }) };
}

function fromRuntimeState(sources: LocateSources, container: Container, steps: LocateStep[]): CgroupPlace | undefined {
  for (const { file, outcome } of readRuntimeState(sources.cgroups.files, sources.runPath, container.id)) {
    const place = outcome.status === 'ok' ? placeOfState(sources.cgroups, outcome.value) : undefined;
    steps.push({
      what: file,
      result: outcome.status === 'ok' && !place ? 'names no cgroup that can be seen' : outcome.status,
    });
    if (place) return place;
  }
  return undefined;
}

function fromProcess(
  { proc, cgroups }: LocateSources,
  container: Container,
  steps: LocateStep[],
): CgroupPlace | undefined {
  if (container.pid === undefined) return undefined;
  const what = `cgroup of process ${container.pid}`;
  const outcome = readProcCgroup(proc, container.pid);
  if (outcome.status !== 'ok') {
    steps.push({ what, result: outcome.status });
    return undefined;
  }
  // In another PID namespace than the engine's the same number is another process.
  const belongs =
    container.cgroupPath !== undefined ||
    outcome.value.some((line) => containersInPath(line.path).some((found) => found.id === container.id));
  const own = okValue(readProcCgroup(proc, 'self')) ?? [];
  const ofContainer = (line: CgroupMembership) => withoutChildren(line, container.id);
  const place = belongs ? placeOfMemberships(cgroups, outcome.value.map(ofContainer), own.map(ofContainer)) : undefined;
  const failure = belongs ? 'names no cgroup that can be seen' : 'is not of this container';
  steps.push({ what, result: place ? 'ok' : failure });
  return place;
}

/** The first process may have gone on to a cgroup below its container's, as systemd does (`init.scope`). */
function withoutChildren(line: CgroupMembership, id: string): CgroupMembership {
  const own = containersInPath(line.path).find((found) => found.id === id);
  return own === undefined ? line : { ...line, path: own.path };
}
