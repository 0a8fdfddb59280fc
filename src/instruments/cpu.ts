import { METRICS } from './definitions.ts';
import { type ObservedMetric, observed } from './observed.ts';
import { ATTR_CPU_MODE } from './semconv.ts';

const USER = { [ATTR_CPU_MODE]: 'user' };
const SYSTEM = { [ATTR_CPU_MODE]: 'system' };

export const CPU: readonly ObservedMetric[] = [
  observed(METRICS.cpuTime, ({ cpu }, put) => {
    put(cpu.time?.userSeconds, USER);
    put(cpu.time?.systemSeconds, SYSTEM);
  }),
  observed(METRICS.cpuUsage, ({ cpu }, put) => {
    put(cpu.userCpus, USER);
    put(cpu.systemCpus, SYSTEM);
  }),
  observed(METRICS.cpuLimit, ({ cpu }, put) => put(cpu.limitCpus)),
  observed(METRICS.cpuThrottlingPeriods, ({ cpu }, put) => put(cpu.throttling?.periods)),
  observed(METRICS.cpuThrottledPeriods, ({ cpu }, put) => put(cpu.throttling?.throttledPeriods)),
  observed(METRICS.cpuThrottlingTime, ({ cpu }, put) => put(cpu.throttling?.throttledSeconds)),
];
