import { type FSWatcher, watch } from 'node:fs';
import { LIMITS } from '../../limits.ts';
import type { Container } from '../container.ts';
import { okValue } from '../kernel-files.ts';
import type { CgroupFs } from './cgroup-fs.ts';
import { type CgroupPlace, placeOfState } from './place.ts';
import { type CgroupReading, type ReadingFamilies, readCgroup } from './reading.ts';
import { readRuntimeState } from './runtime-state.ts';

/**
 * Reads the accounting of a container once more when its last process has ended. The engine reports the end only after
 * it has removed the cgroup; the kernel reports in `cgroup.events` of the v2 hierarchy that the cgroup is empty some
 * 30 ms before that. Whether a reading comes in time is luck: nothing may depend on it. See docs/adr/0009.
 */
export type EndWatch = {
  /** The container runs, or did a moment ago. Does nothing where it is watched already. */
  begin(id: string): void;
  /** What was read at the end of this run of the container, once. */
  take(container: Container): CgroupReading | undefined;
  /** Forgets what was among none of two calls in a row. */
  keepOnly(ids: ReadonlySet<string>): void;
  close(): void;
};

export type EndWatchOptions = {
  readonly cgroups: CgroupFs;
  readonly runPath: string;
  readonly families: ReadingFamilies;
  /** Unix time in milliseconds. */
  readonly now: () => number;
  readonly maxWatched?: number;
  readonly maxReadings?: number;
};

type Watched = {
  readonly place: CgroupPlace;
  readonly eventsFile: string;
  readonly pid: number | undefined;
  watcher?: FSWatcher;
};
type LastReading = { readonly cgroup: CgroupReading; readonly pid: number | undefined; readonly atMs: number };

const MAX_WATCHED = LIMITS.endWatches.max;
/** Readings that nobody has taken yet; while there are so many no further ones are made. */
const MAX_READINGS = LIMITS.endReadings.max;

export function createEndWatch(options: EndWatchOptions): EndWatch {
  const { cgroups, runPath, families, now, maxWatched = MAX_WATCHED, maxReadings = MAX_READINGS } = options;
  /** Undefined: cannot be watched, and is not tried again. */
  const watched = new Map<string, Watched | undefined>();
  const readings = new Map<string, LastReading>();
  let absent: ReadonlySet<string> = new Set();

  const stop = (id: string): void => {
    watched.get(id)?.watcher?.close();
    watched.delete(id);
  };

  const look = (id: string, { place, eventsFile, pid }: Watched): void => {
    const outcome = cgroups.files.read('cgroup.events', eventsFile, parsePopulated);
    if (outcome.status === 'ok' && outcome.value) return;
    stop(id);
    if (outcome.status !== 'ok') return;
    if (readings.size >= maxReadings) {
      cgroups.files.onLimit('endReadings');
      return;
    }
    readings.set(id, { cgroup: readCgroup(cgroups.files, place, families), pid, atMs: now() });
  };

  return {
    begin(id) {
      if (watched.has(id)) return;
      if (watched.size >= maxWatched) {
        cgroups.files.onLimit('endWatches');
        return;
      }
      const found = find(cgroups, runPath, id);
      watched.set(id, found);
      if (!found) return;
      try {
        found.watcher = watch(found.eventsFile, { persistent: false }, (event) => {
          look(id, found);
          // The cgroup was removed; under the same name there may be that of the next run.
          if (event === 'rename' && watched.get(id) === found) stop(id);
        });
        // The kernel has a limit of watches, and the directory may go at any time.
        found.watcher.on('error', () => stop(id));
      } catch {
        watched.set(id, undefined);
      }
      // It may have ended before it was watched.
      look(id, found);
    },
    take(container) {
      const reading = readings.get(container.id);
      if (!reading || !isOf(reading, container)) return undefined;
      readings.delete(container.id);
      return reading.cgroup;
    },
    keepOnly(ids) {
      const gone = new Set([...watched.keys(), ...readings.keys()].filter((id) => !ids.has(id)));
      // A container that was started a moment ago is unknown to this cycle and known to the next.
      for (const id of gone) {
        if (!absent.has(id)) continue;
        stop(id);
        readings.delete(id);
      }
      absent = gone;
    },
    close() {
      for (const id of watched.keys()) stop(id);
    },
  };
}

/** A container may have been started again since, or have run several times: numbers of one run are not another's. */
function isOf(reading: LastReading, { startedAtMs, pid }: Container): boolean {
  if (startedAtMs === undefined || reading.atMs < startedAtMs) return false;
  return pid === undefined || reading.pid === undefined || pid === reading.pid;
}

function find(cgroups: CgroupFs, runPath: string, id: string): Watched | undefined {
  const outcome = readRuntimeState(cgroups.files, runPath, id).at(-1)?.outcome;
  const state = outcome && okValue(outcome);
  const place = state && placeOfState(cgroups, state);
  // On a hybrid host the controllers are on v1, and the v2 hierarchy beside them tells of ends.
  const directory = place?.version === 2 ? place.directory : place?.unified;
  if (!place || directory === undefined) return undefined;
  return { place, eventsFile: `${directory}/cgroup.events`, pid: state?.pid };
}

/** Whether the cgroup, or one below it, has processes. */
export function parsePopulated(bytes: Buffer): boolean | undefined {
  const [, populated] = /^populated ([01])$/m.exec(bytes.toString('latin1')) ?? [];
  return populated === undefined ? undefined : populated === '1';
}
