import type { CgroupMemory } from '../sources/cgroup/reading.ts';
import type { MemoryUsage } from './usage.ts';

/** Levels of the memory controller; the working set is what reclaim would not take first, as the kubelet counts it. */
export function accountMemory({ usageBytes, limitBytes, peakBytes, swapBytes, stat = {} }: CgroupMemory): MemoryUsage {
  const { inactiveFileBytes, faults, majorFaults } = stat;
  const workingSet =
    usageBytes === undefined || inactiveFileBytes === undefined
      ? undefined
      : Math.max(0, usageBytes - inactiveFileBytes);
  return {
    usageBytes,
    workingSetBytes: workingSet,
    rssBytes: stat.anonBytes,
    availableBytes:
      limitBytes === undefined || workingSet === undefined ? undefined : Math.max(0, limitBytes - workingSet),
    limitBytes,
    peakBytes,
    cacheBytes: stat.fileBytes,
    swapBytes,
    majorFaults,
    minorFaults: faults === undefined || majorFaults === undefined ? undefined : Math.max(0, faults - majorFaults),
  };
}
