import type { ProcessState } from '../accounting/usage.ts';
import { METRICS } from './definitions.ts';
import { type ObservedMetric, observed } from './observed.ts';
import { ATTR_CPU_MODE, ATTR_PROCESS_MEMORY_TYPE, ATTR_PROCESS_STATE } from './semconv.ts';

// Made once: the SDK hashes attributes at every observation, and equal objects cost nothing to make.
const USER = { [ATTR_CPU_MODE]: 'user' };
const SYSTEM = { [ATTR_CPU_MODE]: 'system' };
const ANON = { [ATTR_PROCESS_MEMORY_TYPE]: 'anon' };
const FILE = { [ATTR_PROCESS_MEMORY_TYPE]: 'file' };
const SHMEM = { [ATTR_PROCESS_MEMORY_TYPE]: 'shmem' };
const STATES = (['running', 'sleeping', 'stopped', 'defunct'] satisfies ProcessState[]).map((state) => ({
  state,
  attributes: { [ATTR_PROCESS_STATE]: state },
}));

export const PROCESSES: readonly ObservedMetric[] = [
  observed(METRICS.processCpuTime, ({ processes }, put) => {
    put(processes?.cpuUserSeconds, USER);
    put(processes?.cpuSystemSeconds, SYSTEM);
  }),
  observed(METRICS.processMemoryResident, ({ processes }, put) => {
    put(processes?.residentAnonBytes, ANON);
    put(processes?.residentFileBytes, FILE);
    put(processes?.residentShmemBytes, SHMEM);
  }),
  observed(METRICS.processMemoryVirtual, ({ processes }, put) => put(processes?.virtualBytes)),
  observed(METRICS.processMemorySwap, ({ processes }, put) => put(processes?.swapBytes)),
  observed(METRICS.processCount, ({ processes }, put) => {
    for (const { state, attributes } of STATES) put(processes?.countByState[state], attributes);
  }),
  observed(METRICS.processThreadCount, ({ processes }, put) => put(processes?.threadCount)),
];
