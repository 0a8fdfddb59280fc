import type { CgroupReading } from '../sources/cgroup/reading.ts';
import type { MemoryUsage } from './usage.ts';

/** Levels of the memory controller; the working set is what reclaim would not take first, as the kubelet counts it. */
export function accountMemory({
  memoryUsageBytes: usage,
  memoryLimitBytes: limit,
  memorySwapBytes,
  memoryStat,
}: CgroupReading): MemoryUsage {
  const inactiveFile = memoryStat?.inactiveFileBytes;
  const workingSet = usage === undefined || inactiveFile === undefined ? undefined : Math.max(0, usage - inactiveFile);
  const { faults, majorFaults } = memoryStat ?? {};
  return {
    usageBytes: usage,
    workingSetBytes: workingSet,
    rssBytes: memoryStat?.anonBytes,
    availableBytes: limit === undefined || workingSet === undefined ? undefined : Math.max(0, limit - workingSet),
    limitBytes: limit,
    cacheBytes: memoryStat?.fileBytes,
    swapBytes: memorySwapBytes,
    majorFaults,
    minorFaults: faults === undefined || majorFaults === undefined ? undefined : Math.max(0, faults - majorFaults),
  };
}
