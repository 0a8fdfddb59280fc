import type { BlockDevices } from './block-devices.ts';
import type { DiskIo } from './cgroup/disk-io.ts';
import { type CgroupReading, type ReadingFamilies, readCgroup } from './cgroup/reading.ts';
import type { Container } from './container.ts';
import type { IndexedInterface, InterfaceReader } from './interfaces.ts';
import { type KernelFiles, okValue } from './kernel-files.ts';
import type { ProcFs } from './proc/proc-fs.ts';
import { type ProcStat, readStat } from './proc/stat.ts';
import { type ProcStatus, readStatus } from './proc/status.ts';
import type { Resolved } from './resolution.ts';
import { findZombies } from './zombies.ts';

/** One process, as it was read. What was not wanted, or could not be read because the process ended, is absent. */
export type ProcessReading = {
  readonly stat: ProcStat;
  readonly status?: ProcStatus;
  /** Context switches of all its living threads since they started. */
  readonly contextSwitches?: { readonly voluntary: number; readonly involuntary: number };
  /** Bytes that it caused to be fetched from and sent to storage; those of children it waited for are included. */
  readonly io?: { readonly readBytes: number; readonly writeBytes: number };
  readonly fileDescriptors?: { readonly count: number; readonly softLimit?: number };
  readonly pssBytes?: number;
  /** Base name of its executable. */
  readonly executable?: string;
};

/** Everything read of one container in one go. What could not be read is absent. */
export type ContainerReading = {
  readonly container: Container;
  readonly processes: readonly ProcessReading[];
  readonly cgroup: CgroupReading;
  /** `device` is the device's name. */
  readonly disks: readonly DiskIo[];
  /** Absent where the network is not this container's to report. */
  readonly interfaces?: readonly IndexedInterface[];
};

export type ReadContainerOptions = {
  readonly proc: ProcFs;
  readonly files: KernelFiles;
  /** What the enabled metrics need: nothing else is read. */
  readonly families: ReadingFamilies;
  readonly blockDevices: BlockDevices;
  /** Present where this container reports its network namespace. */
  readonly interfaceReader?: InterfaceReader | undefined;
  readonly maxProcesses: number;
};

export function readContainer({ container, located, pids }: Resolved, options: ReadContainerOptions): ContainerReading {
  const { proc, files } = options;
  const cgroup = located.place ? readCgroup(files, located.place, options.families) : {};
  const wantsProcesses = options.families.has('processes');
  const living = wantsProcesses ? readProcesses(proc, pids.slice(0, options.maxProcesses)) : [];
  const zombies = findZombies(
    proc,
    living.map(({ stat }) => stat),
    cgroup.tasks?.count,
  );
  const interfaces = options.interfaceReader?.read(container.id, pids);
  return {
    container,
    processes: [...living, ...zombies.map((stat) => ({ stat }))],
    cgroup,
    disks: (cgroup.disks ?? []).map((disk) => ({ ...disk, device: options.blockDevices.nameOf(disk.device) })),
    ...(interfaces && { interfaces }),
  };
}

function readProcesses(proc: ProcFs, pids: readonly number[]): ProcessReading[] {
  const processes: ProcessReading[] = [];
  for (const pid of pids) {
    const stat = okValue(readStat(proc, pid));
    if (!stat) continue;
    const status = okValue(readStatus(proc, pid));
    processes.push({ stat, ...(status && { status }) });
  }
  return processes;
}
