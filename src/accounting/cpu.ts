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
  let last: { time: CgroupCpuTime; atMs: number; isOfProcesses: boolean } | undefined;

  return {
    account(cgroup, processes, atMs) {
      const isOfProcesses = !cgroup.cpuTime;
      // Processes know less than their cgroup: where it could not be read this once, they cannot go on in its stead.
      const isKnownOfCgroup = last !== undefined && !last.isOfProcesses;
      const read = cgroup.cpuTime ?? (isKnownOfCgroup ? undefined : ofProcesses(processes));
      const rest = { limitCpus: cgroup.cpuLimit, throttling: cgroup.throttling, isOfProcesses };
      if (!read) return rest;
      const time = notBelow(read, last?.time);
      // The step from the one to the other is no use of CPUs.
      const from = last?.isOfProcesses === isOfProcesses && atMs > last.atMs ? last : undefined;
      const usage = from && rate(from.time, time, (atMs - from.atMs) / MS_PER_SECOND);
      last = { time, atMs, isOfProcesses };
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
