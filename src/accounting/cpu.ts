import type { CgroupCpuTime } from '../sources/cgroup/cpu-stat.ts';
import type { CgroupReading } from '../sources/cgroup/reading.ts';
import type { CpuUsage, ProcessesUsage } from './usage.ts';

const MS_PER_SECOND = 1000;

export type CpuAccount = {
  /** `atMs` is of a clock that never steps. */
  account(cgroup: CgroupReading, processes: ProcessesUsage | undefined, atMs: number): CpuUsage;
};

/** CPU time of the cgroup, or of the processes where no cgroup accounting can be read, and the CPUs in use since. */
export function createCpuAccount(): CpuAccount {
  let last: { time: CgroupCpuTime; atMs: number } | undefined;

  return {
    account(cgroup, processes, atMs) {
      const read = cgroup.cpuTime ?? ofProcesses(processes);
      const rest = { limitCpus: cgroup.cpuLimit, throttling: cgroup.throttling };
      if (!read) return rest;
      const time = notBelow(read, last?.time);
      const usage = last && atMs > last.atMs ? rate(last.time, time, (atMs - last.atMs) / MS_PER_SECOND) : {};
      last = { time, atMs };
      return { time, ...usage, ...rest };
    },
  };
}

function rate(from: CgroupCpuTime, to: CgroupCpuTime, seconds: number): { userCpus: number; systemCpus: number } {
  return {
    userCpus: (to.userSeconds - from.userSeconds) / seconds,
    systemCpus: (to.systemSeconds - from.systemSeconds) / seconds,
  };
}

/** A counter never falls, even where the kernel's split into user and system is adjusted between two readings. */
function notBelow(time: CgroupCpuTime, floor: CgroupCpuTime | undefined): CgroupCpuTime {
  return {
    userSeconds: Math.max(time.userSeconds, floor?.userSeconds ?? 0),
    systemSeconds: Math.max(time.systemSeconds, floor?.systemSeconds ?? 0),
  };
}

function ofProcesses(processes: ProcessesUsage | undefined): CgroupCpuTime | undefined {
  return processes && { userSeconds: processes.cpuUserSeconds, systemSeconds: processes.cpuSystemSeconds };
}
