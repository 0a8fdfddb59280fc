import type { Attributes } from '@opentelemetry/api';
import type { ProcessesUsage, ProcessGroupUsage, ProcessState } from '../accounting/usage.ts';
import type { MetricDefinition } from './definition.ts';
import { METRICS } from './definitions.ts';
import { type ObservedMetric, observed, type Put } from './observed.ts';
import {
  ATTR_CPU_MODE,
  ATTR_PROCESS_EXECUTABLE_NAME,
  ATTR_PROCESS_MEMORY_TYPE,
  ATTR_PROCESS_STATE,
} from './semconv.ts';

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

type ObserveGroup = (usage: ProcessGroupUsage, put: Put) => void;

/** Of all processes together or, where that is wanted, by executable. */
export const byExecutable = (metric: MetricDefinition, observe: ObserveGroup): ObservedMetric =>
  observed(metric, ({ processes }, put) => {
    if (processes?.executables) putExecutables(processes.executables, observe, put);
    else if (processes) observe(processes, put);
  });

function putExecutables(
  executables: NonNullable<ProcessesUsage['executables']>,
  observe: ObserveGroup,
  put: Put,
): void {
  for (const { name, ...usage } of executables) {
    const executable: Attributes = { [ATTR_PROCESS_EXECUTABLE_NAME]: name };
    observe(usage, (value, attributes) => put(value, { ...attributes, ...executable }));
  }
}

export const PROCESSES: readonly ObservedMetric[] = [
  byExecutable(METRICS.processCpuTime, ({ cpuUserSeconds, cpuSystemSeconds }, put) => {
    put(cpuUserSeconds, USER);
    put(cpuSystemSeconds, SYSTEM);
  }),
  byExecutable(METRICS.processMemoryResident, ({ residentAnonBytes, residentFileBytes, residentShmemBytes }, put) => {
    put(residentAnonBytes, ANON);
    put(residentFileBytes, FILE);
    put(residentShmemBytes, SHMEM);
  }),
  byExecutable(METRICS.processMemoryVirtual, ({ virtualBytes }, put) => put(virtualBytes)),
  byExecutable(METRICS.processMemorySwap, ({ swapBytes }, put) => put(swapBytes)),
  byExecutable(METRICS.processCount, ({ countByState }, put) => {
    for (const { state, attributes } of STATES) put(countByState[state], attributes);
  }),
  byExecutable(METRICS.processThreadCount, ({ threadCount }, put) => put(threadCount)),
];
