import { METRICS } from './definitions.ts';
import { type ObservedMetric, observed } from './observed.ts';
import { byExecutable } from './processes.ts';
import { ATTR_DISK_IO_DIRECTION, ATTR_PAGING_FAULT_TYPE, ATTR_PROCESS_CONTEXT_SWITCH_TYPE } from './semconv.ts';

const VOLUNTARY = { [ATTR_PROCESS_CONTEXT_SWITCH_TYPE]: 'voluntary' };
const INVOLUNTARY = { [ATTR_PROCESS_CONTEXT_SWITCH_TYPE]: 'involuntary' };
const MAJOR = { [ATTR_PAGING_FAULT_TYPE]: 'major' };
const MINOR = { [ATTR_PAGING_FAULT_TYPE]: 'minor' };
const READ = { [ATTR_DISK_IO_DIRECTION]: 'read' };
const WRITE = { [ATTR_DISK_IO_DIRECTION]: 'write' };

/** What is said of processes on demand. */
export const PROCESS_DETAILS: readonly ObservedMetric[] = [
  byExecutable(METRICS.processContextSwitches, ({ contextSwitches }, put) => {
    put(contextSwitches?.voluntary, VOLUNTARY);
    put(contextSwitches?.involuntary, INVOLUNTARY);
  }),
  byExecutable(METRICS.processPagingFaults, ({ faults }, put) => {
    put(faults?.major, MAJOR);
    put(faults?.minor, MINOR);
  }),
  byExecutable(METRICS.processFileDescriptorCount, ({ fileDescriptors }, put) => put(fileDescriptors?.count)),
  observed(METRICS.processFileDescriptorUtilization, ({ processes }, put) =>
    put(processes?.fileDescriptors?.utilization),
  ),
  observed(METRICS.processDiskIo, ({ processes }, put) => {
    put(processes?.io?.readBytes, READ);
    put(processes?.io?.writeBytes, WRITE);
  }),
  byExecutable(METRICS.processMemoryPss, ({ pssBytes }, put) => put(pssBytes)),
];
