import type { ProcessReading, Unread } from '../sources/container-reading.ts';
import { sumFileDescriptors } from './file-descriptors.ts';
import type { ProcessAccount } from './process-account.ts';
import type { Totals } from './process-counters.ts';
import { sumPss } from './pss.ts';
import type { ProcessesUsage, ProcessState } from './usage.ts';

/** USER_HZ is 100 on every architecture that Node runs on. */
export const TICKS_PER_SECOND = 100;

/** proc_pid_stat(5), field 3; what older kernels wrote besides (x, K, W, P) is close to one of these. */
const STATES: Readonly<Record<string, ProcessState>> = {
  R: 'running',
  S: 'sleeping',
  D: 'sleeping',
  I: 'sleeping',
  T: 'stopped',
  t: 'stopped',
  Z: 'defunct',
  X: 'defunct',
  x: 'defunct',
};

/** Sums over the processes of one container; undefined where none could be read: a running container has some. */
export function accountProcesses(
  account: ProcessAccount,
  processes: readonly ProcessReading[],
  unread?: Unread,
): ProcessesUsage | undefined {
  if (processes.length === 0) return undefined;
  const totals = account.account(processes, unread);
  return {
    ...toCounters(totals),
    ...sumLevels(processes),
    fileDescriptors: sumFileDescriptors(processes),
    pssBytes: sumPss(processes),
  };
}

export type Levels = MemorySums & Pick<ProcessesUsage, 'countByState' | 'threadCount'>;

/** All that is a level of now and no counter. */
export function sumLevels(processes: readonly ProcessReading[]): Levels {
  const countByState = { running: 0, sleeping: 0, stopped: 0, defunct: 0 };
  let threadCount = 0;
  for (const { stat } of processes) {
    countByState[STATES[stat.state] ?? 'sleeping'] += 1;
    threadCount += stat.threadCount;
  }
  return { ...sumMemory(processes), countByState, threadCount };
}

function toCounters(totals: Totals): Counters {
  const { userTicks = 0, systemTicks = 0, minorFaults: minor = 0, majorFaults: major = 0 } = totals;
  const { readBytes, writeBytes = 0, voluntarySwitches: voluntary, involuntarySwitches: involuntary = 0 } = totals;
  return {
    cpuUserSeconds: userTicks / TICKS_PER_SECOND,
    cpuSystemSeconds: systemTicks / TICKS_PER_SECOND,
    faults: { minor, major },
    ...(readBytes !== undefined && { io: { readBytes, writeBytes } }),
    ...(voluntary !== undefined && { contextSwitches: { voluntary, involuntary } }),
  };
}

type Counters = Pick<ProcessesUsage, 'cpuUserSeconds' | 'cpuSystemSeconds' | 'faults' | 'io' | 'contextSwitches'>;

type MemorySums = Pick<
  ProcessesUsage,
  'residentAnonBytes' | 'residentFileBytes' | 'residentShmemBytes' | 'virtualBytes' | 'swapBytes'
>;

function sumMemory(processes: readonly ProcessReading[]): MemorySums {
  const alive = processes.filter(({ stat }) => STATES[stat.state] !== 'defunct');
  // They ended just then, or may not be looked at: their memory is unknown, not nothing.
  if (alive.length > 0 && alive.every(({ status }) => !status)) return {};
  const sums = { residentAnonBytes: 0, residentFileBytes: 0, residentShmemBytes: 0, virtualBytes: 0, swapBytes: 0 };
  let residentIsSplit = true;
  for (const { status } of processes) {
    // Zombies and kernel threads have no memory of their own.
    if (status?.virtualBytes === undefined) continue;
    sums.virtualBytes += status.virtualBytes;
    sums.swapBytes += status.swapBytes ?? 0;
    if (status.residentAnonBytes === undefined) residentIsSplit = false;
    sums.residentAnonBytes += status.residentAnonBytes ?? 0;
    sums.residentFileBytes += status.residentFileBytes ?? 0;
    sums.residentShmemBytes += status.residentShmemBytes ?? 0;
  }
  const { virtualBytes, swapBytes } = sums;
  return residentIsSplit ? sums : { virtualBytes, swapBytes };
}
