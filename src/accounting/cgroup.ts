import type { MemoryEvents } from '../sources/cgroup/memory-events.ts';
import type { Pressures } from '../sources/cgroup/pressure.ts';
import type { ContainerReading } from '../sources/container-reading.ts';
import type { Floors } from './floors.ts';
import { accountMemory } from './memory.ts';
import type { ContainerUsage, DiskUsage, MemoryUsage } from './usage.ts';

/** What the kernel accounts for the container by itself, but for its CPU time. */
export type CgroupUsage = Pick<ContainerUsage, 'memory' | 'memoryEvents' | 'tasks' | 'disks' | 'pressures'> &
  Pick<ContainerUsage['cpu'], 'throttling'>;

/** Levels as they were read, and counters that never fall. `memoryEvents`: those of child cgroups included. */
export function accountCgroup(
  floors: Floors,
  { cgroup, disks }: ContainerReading,
  memoryEvents: MemoryEvents,
): CgroupUsage {
  const { throttling, memory = {}, tasks = {}, pressures = {} } = cgroup;
  return {
    throttling: throttling && floors.hold('throttling', throttling),
    memory: holdFaults(floors, accountMemory(memory)),
    memoryEvents: floors.hold('memory events', memoryEvents),
    tasks,
    disks: disks.map((disk) => holdDisk(floors, disk)),
    pressures: holdPressures(floors, pressures),
  };
}

function holdFaults(floors: Floors, { majorFaults, minorFaults, ...levels }: MemoryUsage): MemoryUsage {
  return { ...levels, ...floors.hold('faults', { majorFaults, minorFaults }) };
}

function holdDisk(floors: Floors, { device, ...counters }: DiskUsage): DiskUsage {
  return { device, ...floors.hold(`disk ${device}`, counters) };
}

function holdPressures(floors: Floors, { cpu, memory, io }: Pressures): Pressures {
  return {
    cpu: cpu && floors.hold('pressure cpu', cpu),
    memory: memory && floors.hold('pressure memory', memory),
    io: io && floors.hold('pressure io', io),
  };
}
