import type { ProcStat } from '../../src/sources/proc/stat.ts';

export type StatOptions = {
  readonly parent?: number;
  readonly own?: number;
  /** Ticks of the children it waited for. */
  readonly waited?: number;
  /** Start time in ticks; by default as if pids were given out one a tick. */
  readonly start?: number;
  readonly state?: string;
  readonly threads?: number;
};

/** One process of a story: a quarter of its ticks are system time. */
export function stat(
  pid: number,
  { parent = 0, own = 0, waited = 0, start = pid, ...more }: StatOptions = {},
): ProcStat {
  return {
    pid,
    state: more.state ?? 'S',
    parentPid: parent,
    userTicks: own - Math.floor(own / 4),
    systemTicks: Math.floor(own / 4),
    childrenUserTicks: waited - Math.floor(waited / 4),
    childrenSystemTicks: Math.floor(waited / 4),
    threadCount: more.threads ?? 1,
    startTimeTicks: start,
    minorFaults: 0,
    childrenMinorFaults: 0,
    majorFaults: 0,
    childrenMajorFaults: 0,
  };
}
