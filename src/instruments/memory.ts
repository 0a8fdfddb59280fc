import { METRICS } from './definitions.ts';
import { type ObservedMetric, observed } from './observed.ts';
import { ATTR_MEMORY_EVENT_TYPE, ATTR_PAGING_FAULT_TYPE } from './semconv.ts';

const MAJOR = { [ATTR_PAGING_FAULT_TYPE]: 'major' };
const MINOR = { [ATTR_PAGING_FAULT_TYPE]: 'minor' };

const event = (type: string) => ({ [ATTR_MEMORY_EVENT_TYPE]: type });
const [LOW, HIGH, MAX, OOM, OOM_KILL] = ['low', 'high', 'max', 'oom', 'oom_kill'].map(event);

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
  observed(METRICS.memoryPeak, ({ memory }, put) => put(memory.peakBytes)),
  observed(METRICS.memoryEvents, ({ memoryEvents }, put) => {
    put(memoryEvents.low, LOW);
    put(memoryEvents.high, HIGH);
    put(memoryEvents.max, MAX);
    put(memoryEvents.oom, OOM);
    put(memoryEvents.oomKill, OOM_KILL);
  }),
];
