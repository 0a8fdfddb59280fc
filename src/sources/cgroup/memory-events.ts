import { type KernelFiles, okValue } from '../kernel-files.ts';
import { parseFlatKeyed, parseSingleValue } from './formats.ts';

/** How often the memory controller came to act on a cgroup or on one below it. What the kernel does not count is absent. */
export type MemoryEvents = {
  /** Reclaimed though under its low boundary. */
  readonly low?: number | undefined;
  /** Throttled at its high boundary. */
  readonly high?: number | undefined;
  /** About to go over its limit. */
  readonly max?: number | undefined;
  /** Out of memory, whether or not a process was killed. */
  readonly oom?: number | undefined;
  /** Processes killed. */
  readonly oomKill?: number | undefined;
};

/** v2: `memory.events`. */
export function parseMemoryEvents(bytes: Buffer): MemoryEvents | undefined {
  const values = parseFlatKeyed(bytes);
  if (!values.has('oom') && !values.has('max')) return undefined;
  return {
    low: values.get('low'),
    high: values.get('high'),
    max: values.get('max'),
    oom: values.get('oom'),
    oomKill: values.get('oom_kill'),
  };
}

/** v1: the line `oom_kill` of `memory.oom_control`; kernels before 4.13 have none. */
export function parseOomControl(bytes: Buffer): number | undefined {
  return parseFlatKeyed(bytes).get('oom_kill');
}

export const readMemoryEvents = (files: KernelFiles, dir: string): MemoryEvents | undefined =>
  okValue(files.read('cgroup.memory.events', `${dir}/memory.events`, parseMemoryEvents));

/** v1 has no file of events: hits of the limit stand in `memory.failcnt`, kills in `memory.oom_control`. */
export function readMemoryEventsV1(files: KernelFiles, dir: string): MemoryEvents {
  return {
    max: okValue(files.read('cgroup.memory.failcnt', `${dir}/memory.failcnt`, parseSingleValue)),
    oomKill: okValue(files.read('cgroup.memory.oom_control', `${dir}/memory.oom_control`, parseOomControl)),
  };
}
