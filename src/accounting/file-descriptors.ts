import type { ProcessReading } from '../sources/container-reading.ts';
import type { ProcessesUsage } from './usage.ts';

/** Zombies have closed everything. */
const DEFUNCT_STATES = 'ZXx';

/** Over all processes; undefined where one may not be looked at, since a sum of the others would pass for the whole. */
export function sumFileDescriptors(processes: readonly ProcessReading[]): ProcessesUsage['fileDescriptors'] {
  let count = 0;
  let utilization: number | undefined;
  for (const { stat, fileDescriptors } of processes) {
    if (DEFUNCT_STATES.includes(stat.state)) continue;
    if (!fileDescriptors) return undefined;
    count += fileDescriptors.count;
    if (!fileDescriptors.softLimit) continue;
    utilization = Math.max(utilization ?? 0, fileDescriptors.count / fileDescriptors.softLimit);
  }
  return { count, ...(utilization !== undefined && { utilization }) };
}
