import type { ProcessReading } from '../sources/container-reading.ts';
import type { ProcessCpuAccount } from './process-cpu.ts';
import type { ProcessesUsage, ProcessState } from './usage.ts';

/** USER_HZ is 100 on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

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
  cpu: ProcessCpuAccount,
  processes: readonly ProcessReading[],
): ProcessesUsage | undefined {
  if (processes.length === 0) return undefined;
  const ticks = cpu.account(processes.map(({ stat }) => stat));
  const countByState = { running: 0, sleeping: 0, stopped: 0, defunct: 0 };
  let threadCount = 0;
  for (const { stat } of processes) {
    countByState[STATES[stat.state] ?? 'sleeping'] += 1;
    threadCount += stat.threadCount;
  }
  return {
    cpuUserSeconds: ticks.user / TICKS_PER_SECOND,
    cpuSystemSeconds: ticks.system / TICKS_PER_SECOND,
    ...sumMemory(processes),
    countByState,
    threadCount,
  };
}

type MemorySums = Pick<
  ProcessesUsage,
  'residentAnonBytes' | 'residentFileBytes' | 'residentShmemBytes' | 'virtualBytes' | 'swapBytes'
>;

function sumMemory(processes: readonly ProcessReading[]): MemorySums {
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
