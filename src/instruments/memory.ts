import { METRICS } from './definitions.ts';
import { type ObservedMetric, observed } from './observed.ts';
import { ATTR_PAGING_FAULT_TYPE } from './semconv.ts';

const MAJOR = { [ATTR_PAGING_FAULT_TYPE]: 'major' };
const MINOR = { [ATTR_PAGING_FAULT_TYPE]: 'minor' };

export const MEMORY: readonly ObservedMetric[] = [
  observed(METRICS.memoryUsage, ({ memory }, put) => put(memory.usageBytes)),
  observed(METRICS.memoryWorkingSet, ({ memory }, put) => put(memory.workingSetBytes)),
  observed(METRICS.memoryRss, ({ memory }, put) => put(memory.rssBytes)),
  observed(METRICS.memoryAvailable, ({ memory }, put) => put(memory.availableBytes)),
  observed(METRICS.memoryLimit, ({ memory }, put) => put(memory.limitBytes)),
  observed(METRICS.memoryCache, ({ memory }, put) => put(memory.cacheBytes)),
  observed(METRICS.memorySwap, ({ memory }, put) => put(memory.swapBytes)),
  observed(METRICS.pagingFaults, ({ memory }, put) => {
    put(memory.majorFaults, MAJOR);
    put(memory.minorFaults, MINOR);
  }),
];
