import { type KernelFiles, okValue } from '../kernel-files.ts';
import { keyedParser, parseSingleValue } from './formats.ts';
import type { Limit } from './limits.ts';
import { readMemoryLimit } from './memory-value.ts';

/** How often the memory controller came to act on a cgroup or on one below it. What the kernel does not count is absent. */
export type MemoryEvents = {
  /** Reclaimed though under its low boundary. */
  readonly low?: number | undefined;
  /** Throttled at its high boundary. */
  readonly high?: number | undefined;
  /** About to go over its limit. */
  readonly max?: number | undefined;
  /** Out of memory, whether or not a process was killed. */
  readonly oom?: number | undefined;
  /** Processes killed. */
  readonly oomKill?: number | undefined;
};

const parseEvents = keyedParser({ low: 'low', high: 'high', max: 'max', oom: 'oom', oom_kill: 'oomKill' });

/** v2: `memory.events`. */
export function parseMemoryEvents(bytes: Buffer): MemoryEvents | undefined {
  const events = parseEvents(bytes);
  return events.oom === undefined && events.max === undefined ? undefined : events;
}

const parseKills = keyedParser({ oom_kill: 'oomKill' });

/** v1: the line `oom_kill` of `memory.oom_control`; kernels before 4.13 have none. */
export function parseOomControl(bytes: Buffer): number | undefined {
  return parseKills(bytes).oomKill;
}

export const readMemoryEvents = (files: KernelFiles, dir: string): MemoryEvents | undefined =>
  okValue(files.readKept('cgroup.memory.events', dir, 'memory.events', parseMemoryEvents));

/**
 * v1 has no file of events: hits of the limit stand in `memory.failcnt`, whoever below it wanted the memory, and kills of
 * processes that are in this very cgroup in `memory.oom_control`. `limit`, where it is known already: that of memory
 * without swap. `knownHits`: of the limit, where they need not be read.
 */
export function readMemoryEventsV1(
  files: KernelFiles,
  dir: string,
  limit: Limit = readMemoryLimit(files, dir, 'memory.limit_in_bytes'),
  knownHits?: number,
): MemoryEvents {
  return {
    max: knownHits ?? readLimitHits(files, dir, limit),
    oomKill: okValue(files.readKept('cgroup.memory.oom_control', dir, 'memory.oom_control', parseOomControl)),
  };
}

/**
 * Each charge is first tried on memory with swap, then on memory alone, and fails at one of them, so the two counts add
 * up. Newer kernels (seen on 6.18) do not count the first: where the two limits are the same (`--memory-swap` equal to
 * `--memory`) the second never fails, and 0 is not known to be none.
 */
function readLimitHits(files: KernelFiles, dir: string, limit: Limit): number | undefined {
  const hits = okValue(files.readKept('cgroup.memory.failcnt', dir, 'memory.failcnt', parseSingleValue));
  if (hits === undefined || limit === undefined || limit === 'none') return hits;
  const withSwap = okValue(
    files.readKept('cgroup.memory.memsw.failcnt', dir, 'memory.memsw.failcnt', parseSingleValue),
  );
  const sum = hits + (withSwap ?? 0);
  const isUnknown = sum === 0 && readMemoryLimit(files, dir, 'memory.memsw.limit_in_bytes') === limit;
  return isUnknown ? undefined : sum;
}
