import type { CgroupCpuTime } from '../sources/cgroup/cpu-stat.ts';
import type { CgroupReading } from '../sources/cgroup/reading.ts';
import { notBelow } from './floors.ts';
import type { CpuUsage, ProcessesUsage } from './usage.ts';

const MS_PER_SECOND = 1000;

/** What was said last, as plain data. */
export type CpuMemory = {
  readonly time: CgroupCpuTime;
  readonly isOfProcesses: boolean;
  /** Since when the counters of processes ran then, where that was not the container's start. */
  readonly processesStartMs?: number | undefined;
};

export type CpuProcesses = {
  readonly usage: ProcessesUsage | undefined;
  readonly startMs?: number | undefined;
};

export type CpuAccount = {
  /** `atMs` is of a clock that never steps. */
  account(cgroup: CgroupReading, processes: CpuProcesses, atMs: number): CpuUsage;
  /** Undefined before the first time that was read. */
  remember(): CpuMemory | undefined;
};

/** CPU time of the cgroup, or of the processes where no cgroup accounting can be read, and the CPUs in use since. */
export function createCpuAccount(memory?: CpuMemory): CpuAccount {
  /** The clock is another one after a restart of the agent. */
  let last: (CpuMemory & { readonly atMs?: number }) | undefined = memory;

  return {
    account(cgroup, processes, atMs) {
      // Counting by process has begun anew, and this with it.
      if (last?.isOfProcesses && last.processesStartMs !== processes.startMs) last = undefined;
      const isOfProcesses = !cgroup.cpuTime;
      // Processes know less than their cgroup: where it could not be read this once, they cannot go on in its stead.
      const isKnownOfCgroup = last !== undefined && !last.isOfProcesses;
      const read = cgroup.cpuTime ?? (isKnownOfCgroup ? undefined : ofProcesses(processes.usage));
      const rest = { limitCpus: cgroup.cpuLimit, throttling: cgroup.throttling, isOfProcesses };
      if (!read) return rest;
      const time = notBelow(read, last?.time);
      // The step from the one to the other is no use of CPUs.
      const fromMs = last?.isOfProcesses === isOfProcesses ? last.atMs : undefined;
      const usage =
        last && fromMs !== undefined && atMs > fromMs && rate(last.time, time, (atMs - fromMs) / MS_PER_SECOND);
      last = { time, atMs, isOfProcesses, processesStartMs: processes.startMs };
      return { time, ...usage, ...rest };
    },
    remember: () =>
      last && { time: last.time, isOfProcesses: last.isOfProcesses, processesStartMs: last.processesStartMs },
  };
}

function rate(from: CgroupCpuTime, to: CgroupCpuTime, seconds: number): { userCpus: number; systemCpus: number } {
  return {
    userCpus: (to.userSeconds - from.userSeconds) / seconds,
    systemCpus: (to.systemSeconds - from.systemSeconds) / seconds,
  };
}

function ofProcesses(processes: ProcessesUsage | undefined): CgroupCpuTime | undefined {
  return processes && { userSeconds: processes.cpuUserSeconds, systemSeconds: processes.cpuSystemSeconds };
}
