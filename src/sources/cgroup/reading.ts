import { type KernelFiles, okValue } from '../kernel-files.ts';
import { needsProcesses } from '../process-families.ts';
import { type ChildMemoryEvents, readChildMemoryEvents } from './child-memory-events.ts';
import { type CgroupCpuTime, type CgroupThrottling, readCpuStat } from './cpu-stat.ts';
import { readCpuacctStat } from './cpuacct-stat.ts';
import { type DiskIo, readBlkio, readIoStat } from './disk-io.ts';
import { areKnown, type CgroupLimits, numberOf, readLimits } from './limits.ts';
import { type MemoryEvents, readMemoryEvents, readMemoryEventsV1 } from './memory-events.ts';
import { type CgroupMemoryStat, isWholeStat, readMemoryStatV1, readMemoryStatV2 } from './memory-stat.ts';
import { readMemoryBytes } from './memory-value.ts';
import type { CgroupPlace } from './place.ts';
import { type Pressures, readPressures } from './pressure.ts';
import { type CgroupTasks, readTaskCount } from './tasks.ts';

/** What the kernel accounts for one container, whichever cgroup version says it. Absent is not zero. */
export type CgroupReading = {
  readonly cpuTime?: CgroupCpuTime | undefined;
  readonly throttling?: CgroupThrottling | undefined;
  readonly cpuLimit?: number | undefined;
  readonly memory?: CgroupMemory | undefined;
  readonly memoryEvents?: MemoryEvents | undefined;
  /** Those that `memoryEvents` does not include, of cgroups below it; absent where it includes all. */
  readonly childMemoryEvents?: ChildMemoryEvents | undefined;
  readonly tasks?: CgroupTasks | undefined;
  readonly disks?: readonly DiskIo[] | undefined;
  readonly pressures?: Pressures | undefined;
  /** As they were read, for the next reading. */
  readonly limits?: CgroupLimits | undefined;
};

export type CgroupMemory = {
  readonly usageBytes?: number | undefined;
  readonly limitBytes?: number | undefined;
  readonly peakBytes?: number | undefined;
  readonly swapBytes?: number | undefined;
  readonly stat?: CgroupMemoryStat | undefined;
};

/** Names of metric families: a reading is made where one that needs it is on. */
export type ReadingFamilies = ReadonlySet<string>;

/** What was read of the same cgroup before, and how much of it still holds. */
export type Before = {
  readonly reading: CgroupReading;
  /** No process of the cgroup has run since: nothing is counted that only they can do. */
  readonly hasRested: boolean;
  /** And nothing of it had changed in that reading either, so that no task of it was waiting for anything. */
  readonly isStill: boolean;
  /** Nobody is known to have changed them since. */
  readonly hasSameLimits: boolean;
};

/** What was not whole the last time is read again, whatever holds. */
export function readCgroup(
  files: KernelFiles,
  place: CgroupPlace,
  families: ReadingFamilies,
  before?: Before,
): CgroupReading {
  const memoryBytes = families.has('memory') || (place.version === 1 && families.has('memoryEvents'));
  const wanted = { cpus: families.has('cpu'), memoryBytes, tasks: needsTasks(families) };
  const sameLimits = before?.hasSameLimits ? before.reading.limits : undefined;
  const isSame = sameLimits !== undefined && areKnown(sameLimits);
  const limits = isSame ? sameLimits : readLimits(files, place, wanted);
  const known = {
    rested: before?.hasRested ? before.reading : undefined,
    still: before?.isStill ? before.reading : undefined,
    withLimits: isSame ? before?.reading : undefined,
    limits,
  };
  return place.version === 2 ? readV2(files, place.directory, families, known) : readV1(files, place, families, known);
}

/** The last reading, for what holds on one condition each. */
type Known = {
  readonly rested: CgroupReading | undefined;
  readonly still: CgroupReading | undefined;
  /** Under the limits that stand now. */
  readonly withLimits: CgroupReading | undefined;
  readonly limits: CgroupLimits;
};

/** Every field is there, absent or not: the readings of all containers then have one shape, which V8 is quicker with. */
function readV2(files: KernelFiles, dir: string, families: ReadingFamilies, known: Known): CgroupReading {
  const { rested, still, limits } = known;
  const stands = rested?.cpuTime && rested.throttling ? rested : undefined;
  const cpu = families.has('cpu') && !stands ? okValue(readCpuStat(files, dir)) : undefined;
  return {
    cpuTime: stands ? stands.cpuTime : cpu?.time,
    throttling: stands ? stands.throttling : cpu?.throttling,
    cpuLimit: numberOf(limits.cpus),
    memory: needsMemory(families) ? readMemory(files, { dir, names: V2_MEMORY }, families, known) : undefined,
    memoryEvents: families.has('memoryEvents') ? (rested?.memoryEvents ?? readMemoryEvents(files, dir)) : undefined,
    childMemoryEvents: undefined,
    tasks: needsTasks(families) ? readTasks(files, dir, known) : undefined,
    disks: families.has('disk') ? readIoStat(files, dir) : undefined,
    pressures: families.has('pressure') ? readPressures(files, dir, still?.pressures) : undefined,
    limits,
  };
}

function readV1(
  files: KernelFiles,
  { directories, unified }: CgroupPlace & { readonly version: 1 },
  families: ReadingFamilies,
  known: Known,
): CgroupReading {
  const { rested, still, withLimits, limits } = known;
  const { memory, pids, blkio } = directories;
  const [cpuacct, cpu] = families.has('cpu') ? [directories['cpuacct'], directories['cpu']] : [];
  const events = families.has('memoryEvents') ? memory : undefined;
  // Where there is no limit nothing can come up against it. There may have been one until limits were read anew, and it may
  // have been met long before the container came to rest.
  const unthrottled = rested || limits.cpus === 'none' ? withLimits : undefined;
  const unhit = rested || limits.memoryBytes === 'none' ? withLimits?.memoryEvents?.max : undefined;
  const stands = unhit !== undefined && rested?.memoryEvents?.oomKill !== undefined ? rested : undefined;
  const place = memory !== undefined && needsMemory(families) ? { dir: memory, names: V1_MEMORY } : undefined;
  return {
    cpuTime: cpuacct === undefined ? undefined : (rested?.cpuTime ?? okValue(readCpuacctStat(files, cpuacct))),
    throttling:
      cpu === undefined ? undefined : (unthrottled?.throttling ?? okValue(readCpuStat(files, cpu))?.throttling),
    cpuLimit: numberOf(limits.cpus),
    memory: place && readMemory(files, place, families, known),
    memoryEvents:
      events === undefined
        ? undefined
        : stands
          ? stands.memoryEvents
          : readMemoryEventsV1(files, events, limits.memoryBytes, unhit),
    childMemoryEvents:
      events === undefined ? undefined : rested ? rested.childMemoryEvents : readChildMemoryEvents(files, events),
    tasks: pids !== undefined && needsTasks(families) ? readTasks(files, pids, known) : undefined,
    disks: blkio !== undefined && families.has('disk') ? readBlkio(files, blkio, still?.disks) : undefined,
    pressures:
      unified !== undefined && families.has('pressure') ? readPressures(files, unified, still?.pressures) : undefined,
    limits,
  };
}

/** Who does not run neither forks nor ends. Whom others put there, or wait for, without its running, is counted a few cycles later. */
const readTasks = (files: KernelFiles, dir: string, { still, limits }: Known): CgroupTasks => ({
  count: still?.tasks?.count ?? readTaskCount(files, dir),
  limit: numberOf(limits.tasks),
});

const V1_MEMORY = {
  usage: 'memory.usage_in_bytes',
  peak: 'memory.max_usage_in_bytes',
  readStat: readMemoryStatV1,
  // It stands in memory.stat.
  swap: undefined,
} as const;
const V2_MEMORY = {
  usage: 'memory.current',
  peak: 'memory.peak',
  readStat: readMemoryStatV2,
  swap: 'memory.swap.current',
} as const;

type MemoryPlace = { readonly dir: string; readonly names: typeof V1_MEMORY | typeof V2_MEMORY };

/**
 * While no process runs, pages can only be taken away, and then there are fewer: where there are as many to the byte, they
 * are the same ones, but for which pages of files the kernel holds to be active.
 */
function readMemory(
  files: KernelFiles,
  { dir, names }: MemoryPlace,
  families: ReadingFamilies,
  { rested, limits }: Known,
): CgroupMemory {
  const peakBytes = families.has('memoryPeak') ? readMemoryBytes(files, dir, names.peak) : undefined;
  if (!families.has('memory')) return { ...NO_MEMORY, peakBytes };
  const usageBytes = readMemoryBytes(files, dir, names.usage);
  const last = usageBytes !== undefined && rested?.memory?.usageBytes === usageBytes ? rested.memory : undefined;
  const isSame = last?.stat !== undefined && last.swapBytes !== undefined && isWholeStat(last.stat);
  const stat = isSame ? last.stat : okValue(names.readStat(files, dir));
  const swapBytes = isSame ? last.swapBytes : names.swap ? readMemoryBytes(files, dir, names.swap) : stat?.swapBytes;
  return { usageBytes, limitBytes: numberOf(limits.memoryBytes), peakBytes, swapBytes, stat };
}

const NO_MEMORY: CgroupMemory = {
  usageBytes: undefined,
  limitBytes: undefined,
  peakBytes: undefined,
  swapBytes: undefined,
  stat: undefined,
};

const needsMemory = (families: ReadingFamilies): boolean => families.has('memory') || families.has('memoryPeak');

/** The number of tasks also tells where zombies are to be looked for, which the processes' counters need. */
const needsTasks = (families: ReadingFamilies): boolean => families.has('tasks') || needsProcesses(families);
