import { LIMITS } from '../limits.ts';
import type { ProcFs } from './proc/proc-fs.ts';
import { readPss } from './proc/smaps-rollup.ts';
import type { ProcStat } from './proc/stat.ts';

/** The proportional set size of processes, sampled: reading it stalls the process that is read. */
export type PssReader = {
  /** To be told at the start of each cycle. */
  begin(): void;
  /** Of now, or of an earlier cycle; undefined where it was never read, may not be, or the process is too large. */
  read(process: Pick<ProcStat, 'pid' | 'startTimeTicks'>, residentBytes: number): number | undefined;
};

export type PssReaderOptions = {
  readonly proc: ProcFs;
  readonly monotonicMs: () => number;
  /** Time for all processes of all containers in one cycle. */
  readonly budgetMs?: number;
  /** A process with more is never read. */
  readonly maxResidentBytes?: number;
};

/** About what a process of the largest size takes. */
export const BUDGET_MS = 20;
const MAX_RESIDENT_BYTES = LIMITS.pssResident.max;

/** Measured: 19 ms for 1 GiB in pages of 4 KiB. Taken for processes until something was read. */
const FIRST_MS_PER_BYTE = 19 / 1024 ** 3;
const SMOOTHING = 0.5;

type Known = {
  readonly startTimeTicks: number;
  round: number;
  cycle: number;
  pssBytes?: number | undefined;
  /** What the last reading took for each resident byte. */
  msPerByte?: number;
};

/**
 * Each process is read once in a round, in the order in which they are asked for, until the budget of the cycle is used
 * up; the next cycle goes on with those that are left. A new round begins only when all had their turn, so that no
 * container can take the time of the others. Where there is time for all, a round is one cycle.
 */
export function createPssReader({
  proc,
  monotonicMs,
  budgetMs = BUDGET_MS,
  maxResidentBytes = MAX_RESIDENT_BYTES,
}: PssReaderOptions): PssReader {
  const known = new Map<number, Known>();
  let round = 0;
  let cycle = 0;
  let spentMs = 0;
  let isIncomplete = false;
  let usualMsPerByte = FIRST_MS_PER_BYTE;

  function recall({ pid, startTimeTicks }: Pick<ProcStat, 'pid' | 'startTimeTicks'>): Known {
    const found = known.get(pid);
    if (found?.startTimeTicks === startTimeTicks) return found;
    const created = { startTimeTicks, round: round - 1, cycle };
    known.set(pid, created);
    return created;
  }

  function measure(pid: number, process: Known, residentBytes: number): void {
    const startedMs = monotonicMs();
    const outcome = readPss(proc, pid);
    const tookMs = monotonicMs() - startedMs;
    spentMs += tookMs;
    process.round = round;
    // What is gone has no memory any more, as the processes that are counted without it have none.
    if (outcome.status === 'gone') process.pssBytes = 0;
    else process.pssBytes = outcome.status === 'ok' ? outcome.value : undefined;
    if (outcome.status !== 'ok' || residentBytes === 0) return;
    process.msPerByte = tookMs / residentBytes;
    usualMsPerByte += SMOOTHING * (process.msPerByte - usualMsPerByte);
  }

  return {
    begin() {
      if (!isIncomplete) round += 1;
      isIncomplete = false;
      spentMs = 0;
      for (const [pid, process] of known) if (process.cycle < cycle) known.delete(pid);
      cycle += 1;
    },
    read(stat, residentBytes) {
      const process = recall(stat);
      process.cycle = cycle;
      if (residentBytes > maxResidentBytes) {
        proc.files.onLimit('pssResident');
        return undefined;
      }
      if (process.round === round) return process.pssBytes;
      const expectedMs = residentBytes * (process.msPerByte ?? usualMsPerByte);
      // The first one is always read, so that each cycle comes on.
      if (spentMs > 0 && spentMs + expectedMs > budgetMs) isIncomplete = true;
      else measure(stat.pid, process, residentBytes);
      return process.pssBytes;
    },
  };
}
