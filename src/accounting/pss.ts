import type { ProcessReading } from '../sources/container-reading.ts';

/** Over all processes that have memory; undefined where that of one is not known. */
export function sumPss(processes: readonly ProcessReading[]): number | undefined {
  let sum: number | undefined;
  for (const { status, pssBytes } of processes) {
    // Kernel threads and zombies have none, and what ended while it was read has none any more.
    if (status?.virtualBytes === undefined) continue;
    if (pssBytes === undefined) return undefined;
    sum = (sum ?? 0) + pssBytes;
  }
  return sum;
}
