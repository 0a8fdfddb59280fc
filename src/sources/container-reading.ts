import { isDeepStrictEqual } from 'node:util';
import { LIMITS } from '../limits.ts';
import type { BlockDevices } from './block-devices.ts';
import type { DiskIo } from './cgroup/disk-io.ts';
import { type CgroupReading, type ReadingFamilies, readCgroup } from './cgroup/reading.ts';
import { type Connections, readConnections } from './connections.ts';
import type { Container } from './container.ts';
import type { IndexedInterface, InterfaceReader } from './interfaces.ts';
import { type KernelFiles, okValue } from './kernel-files.ts';
import { type OptInReadings, readInheritedIo, readOptIns } from './opt-in-readings.ts';
import { readParentsFirst } from './parents-first.ts';
import type { ProcIo } from './proc/io.ts';
import type { ProcFs } from './proc/proc-fs.ts';
import { type ProcStat, readStat } from './proc/stat.ts';
import { type ProcStatus, readStatus } from './proc/status.ts';
import { needsProcesses, needsStatus } from './process-families.ts';
import type { PssReader } from './pss.ts';
import { RESTED_CYCLES, type Resolved } from './resolution.ts';
import { findZombies } from './zombies.ts';

/** One process, as it was read. What was not wanted, or could not be read because the process ended, is absent. */
export type ProcessReading = OptInReadings & {
  readonly stat: ProcStat;
  readonly status?: ProcStatus | undefined;
  readonly io?: ProcIo | undefined;
};

/** Processes that are there but could not be read this time: nothing can be said of their end. */
export type Unread = {
  readonly pids: readonly number[];
  /** Whether there may be processes that ended, were not waited for, and were not found. */
  readonly zombies: boolean;
};

/**
 * Everything read of one container in one go. What could not be read is absent. A part in which nothing has changed is the
 * same object as in the last reading.
 */
export type ContainerReading = {
  readonly container: Container;
  /** Parents before their children. */
  readonly processes: readonly ProcessReading[];
  readonly unread?: Unread | undefined;
  readonly cgroup: CgroupReading;
  /** Whether none of its processes has run since the reading before, and its cgroup says the same as then: docs/adr/0026. */
  readonly isStill?: boolean;
  /** For how many cycles its limits were not read anew. */
  readonly limitsAge?: number;
  /** `device` is the device's name. */
  readonly disks: readonly DiskIo[];
  /** Absent where the network is not this container's to report. */
  readonly interfaces?: readonly IndexedInterface[] | undefined;
  readonly connections?: Connections | undefined;
};

export type ReadContainerOptions = {
  readonly proc: ProcFs;
  readonly files: KernelFiles;
  /** What the enabled metrics need: nothing else is read. */
  readonly families: ReadingFamilies;
  readonly blockDevices: BlockDevices;
  /** Present where this container reports its network namespace. */
  readonly interfaceReader?: InterfaceReader | undefined;
  /** Whether this container reports the sockets of its network namespace. */
  readonly withConnections?: boolean;
  /** Absent: the proportional set size is not read. */
  readonly pssReader?: PssReader | undefined;
  readonly maxProcesses?: number;
};

const MAX_DISKS = LIMITS.disks.max;

/** `before`: what was read of it last. */
export function readContainer(
  resolved: Resolved,
  options: ReadContainerOptions,
  before?: ContainerReading,
): ContainerReading {
  const { container, located, pids, netNamespace } = resolved;
  const { proc, files } = options;
  const rested = resolved.hasRested ? before : undefined;
  const last = resolved.isDue ? undefined : rested;
  const limits = before && haveSameLimits(before, container) ? before.cgroup.limits : undefined;
  const known = before && {
    reading: before.cgroup,
    hasRested: last !== undefined,
    isStill: last?.isStill === true,
    hasSameLimits: limits !== undefined,
  };
  const read = located.place ? readCgroup(files, located.place, options.families, known) : NO_CGROUP;
  const isStill = rested !== undefined && isDeepStrictEqual(rested.cgroup, read);
  const cgroup = isStill ? rested.cgroup : read;
  const ofProcesses = last && isWhole(last, cgroup) ? last : readAllProcesses(options, pids, cgroup);
  // No pid can be another process's where none of them has run to its end.
  const checked = last ? undefined : netNamespace;
  const interfaces = options.interfaceReader?.read(container.id, pids, checked);
  const connections = options.withConnections ? readConnections(proc, pids, checked) : undefined;
  return {
    container,
    processes: ofProcesses.processes,
    unread: ofProcesses.unread,
    cgroup,
    isStill,
    limitsAge: limits !== undefined && cgroup.limits === limits ? before!.limitsAge! + 1 : 0,
    // Devices that were left out are left out again, and counted again.
    disks:
      last?.cgroup === cgroup && last.disks.length === cgroup.disks?.length ? last.disks : disksOf(cgroup, options),
    interfaces,
    connections,
  };
}

const NO_CGROUP: CgroupReading = {};

/** Whoever changes limits by the engine makes it say so, and the container another object. Others are met a little later. */
function haveSameLimits({ container, limitsAge }: ContainerReading, now: Container): boolean {
  return container === now && limitsAge !== undefined && limitsAge < RESTED_CYCLES;
}

/** Whether nothing was left unread, and the kernel counts as many tasks as then. */
function isWhole({ unread, cgroup }: ContainerReading, { tasks }: CgroupReading): boolean {
  return unread?.pids.length === 0 && !unread.zombies && cgroup.tasks?.count === tasks?.count;
}

function readAllProcesses(
  options: ReadContainerOptions,
  pids: readonly number[],
  cgroup: CgroupReading,
): Pick<ContainerReading, 'processes' | 'unread'> {
  const { proc, files } = options;
  const wantsProcesses = needsProcesses(options.families) || wantsCpuOfProcesses(options.families, cgroup);
  const { maxProcesses = LIMITS.processes.max } = options;
  const unread = new Set(pids.slice(maxProcesses));
  if (unread.size > 0) files.onLimit('processes', unread.size);
  const living = wantsProcesses ? readProcesses(options, pids.slice(0, maxProcesses), unread) : [];
  const { zombies, areAll } = findZombies(
    proc,
    living.map(({ stat }) => stat),
    cgroup.tasks?.count,
  );
  return {
    processes: [...living, ...zombies.map((stat) => ({ stat }))],
    unread: { pids: [...unread], zombies: !areAll },
  };
}

/** What was read of a run when its last process had ended. */
export function readingAtEnd(
  container: Container,
  cgroup: CgroupReading,
  options: Pick<ReadContainerOptions, 'blockDevices' | 'files'>,
): ContainerReading {
  return { container, processes: [], cgroup, disks: disksOf(cgroup, options) };
}

/** Of too many devices always the same ones, whatever order the kernel has. */
function disksOf(
  { disks = [] }: CgroupReading,
  { blockDevices, files }: Pick<ReadContainerOptions, 'blockDevices' | 'files'>,
): readonly DiskIo[] {
  const leftOut = disks.length - MAX_DISKS;
  if (leftOut > 0) files.onLimit('disks', leftOut);
  if (disks.length === 0) return NO_DISKS;
  const taken = leftOut > 0 ? disks.toSorted(byNumber).slice(0, MAX_DISKS) : disks;
  return taken.map((disk) => ({ ...disk, device: blockDevices.nameOf(disk.device) }));
}

const NO_DISKS: readonly DiskIo[] = [];

const byNumber = (a: DiskIo, b: DiskIo): number => a.device.localeCompare(b.device, 'en', { numeric: true });

/** CPU time that no cgroup says is that of the processes. */
function wantsCpuOfProcesses(families: ReadingFamilies, { cpuTime }: CgroupReading): boolean {
  return families.has('cpu') && cpuTime === undefined;
}

/** Adds to `unread` what is there and cannot be read. */
function readProcesses(options: ReadContainerOptions, pids: readonly number[], unread: Set<number>): ProcessReading[] {
  return readParentsFirst(pids, {
    read: (pid) => readProcess(options, pid, unread),
    parentOf: ({ stat }) => stat.parentPid,
  });
}

function readProcess(options: ReadContainerOptions, pid: number, unread: Set<number>): ProcessReading | undefined {
  const { proc, families } = options;
  // Everything else that a process inherits is to be read before its stat, which tells that it inherited.
  const inherited = readInheritedIo(proc, pid, families);
  const outcome = readStat(proc, pid);
  if (outcome.status !== 'ok') {
    if (outcome.status !== 'gone') unread.add(pid);
    return undefined;
  }
  const stat = outcome.value;
  const io = inherited?.startTimeTicks === stat.startTimeTicks ? inherited.io : undefined;
  const status = needsStatus(families) ? okValue(readStatus(proc, pid)) : undefined;
  const { contextSwitches, fileDescriptors, pssBytes, executable } = readOptIns(proc, stat, status, options);
  return { stat, status, io, contextSwitches, fileDescriptors, pssBytes, executable };
}
