import type { Container } from '../sources/container.ts';
import type { ContainerReading } from '../sources/container-reading.ts';
import { accountCgroup, type CgroupUsage } from './cgroup.ts';
import { type CpuMemory, createCpuAccount } from './cpu.ts';
import { createExecutableAccount, type ExecutableMemory } from './executables.ts';
import { createFloors, type FloorMemory } from './floors.ts';
import { createInterfaceAccount, type InterfaceMemory } from './interfaces.ts';
import { createMemoryEventsAccount, type MemoryEventsMemory } from './memory-events.ts';
import { type Past, worseOf } from './past.ts';
import { createProcessAccount, type ProcessMemory } from './process-account.ts';
import { accountProcesses } from './processes.ts';
import type { ContainerUsage } from './usage.ts';

/** Two clocks: Unix time for what is said of dates, a clock that never steps for what is divided by time. */
export type Instant = { readonly unixMs: number; readonly monotonicMs: number };

/** Counters that are put together from what is remembered; those of the cgroup only need to know what was said last. */
export type RememberedFamily = 'procfs' | 'network';

/** Counters of a family that count from `startMs` on, Unix time, and not from the container's start. */
export type BegunAnew = { readonly family: RememberedFamily; readonly startMs: number; readonly why: string };

/** All that is remembered of one run of one container, as plain data. */
export type ContainerMemory = {
  readonly processes: ProcessMemory;
  readonly executables: ExecutableMemory;
  readonly interfaces: InterfaceMemory;
  /** Absent where no CPU time was said yet. */
  readonly cpu?: CpuMemory | undefined;
  readonly floors: FloorMemory;
  readonly memoryEvents: MemoryEventsMemory;
  /** Since when the counters of a family run, where that is not the container's start. */
  readonly startMs: Readonly<Partial<Record<RememberedFamily, number>>>;
  /** What was known of the past and is yet to be acted on, where nothing was read since. */
  readonly pasts: Pasts;
};

export type Pasts = Readonly<Record<RememberedFamily, Past>>;

/** The memory of one run of one container: a restart begins a new one. */
export type ContainerAccount = {
  account(reading: ContainerReading, at: Instant): ContainerUsage;
  remember(): ContainerMemory;
  /** Changes whenever something of this family changed that the kernel would not say again. */
  mark(family: RememberedFamily): string;
  begunAnew(): readonly BegunAnew[];
};

const MS_PER_SECOND = 1000;
const NO_EVENTS = {};
const FAMILIES: readonly RememberedFamily[] = ['procfs', 'network'];
/** Why a family begins anew with this agent; of what is remembered to have begun anew the reason is not. */
const WHY_ANEW: Readonly<Record<Past, string>> = {
  unknown: 'the agent before this one may have sent more than is remembered',
  'known if unchanged':
    'the agent before this one was killed, and something ended or changed since its state was written',
  known: 'it began anew with an agent before this one',
};
const KNOWN: Pasts = { procfs: 'known', network: 'known' };

export function createContainerAccount(memory?: ContainerMemory, pasts: Pasts = KNOWN): ContainerAccount {
  const pastOf = (family: RememberedFamily): Past => worseOf(pasts[family], memory?.pasts[family] ?? 'known');
  const processAccount = createProcessAccount(memory?.processes, pastOf('procfs'));
  const executables = createExecutableAccount(memory?.executables);
  const cpu = createCpuAccount(memory?.cpu);
  const floors = createFloors(memory?.floors);
  const eventsAccount = createMemoryEventsAccount(memory?.memoryEvents);
  const networks = createInterfaceAccount(memory?.interfaces, pastOf('network'));
  const startMs: Partial<Record<RememberedFamily, number>> = { ...memory?.startMs };
  const begun = new Set<RememberedFamily>();
  // The same object read again says that nothing has changed.
  let last: { readonly read: ContainerReading['processes']; readonly usage: ContainerUsage['processes'] } | undefined;
  let lastCgroup: (Pick<ContainerReading, 'cgroup' | 'disks'> & { readonly usage: CgroupUsage }) | undefined;

  /** A family that began anew did so with its first reading. */
  function noteStart(family: RememberedFamily, isAnew: boolean, at: Instant): number | undefined {
    if (isAnew && !begun.has(family)) {
      begun.add(family);
      startMs[family] = at.unixMs;
    }
    return startMs[family];
  }

  function usageOf(
    read: ContainerReading['processes'],
    unread: ContainerReading['unread'],
  ): ContainerUsage['processes'] {
    const processes = accountProcesses(processAccount, read, unread);
    return processes && { ...processes, executables: executables.account(read, processes, unread?.pids) };
  }

  function cgroupUsageOf(reading: ContainerReading): CgroupUsage {
    const { cgroup, disks } = reading;
    if (lastCgroup?.cgroup === cgroup && lastCgroup.disks === disks) return lastCgroup.usage;
    const events = eventsAccount.account(cgroup.memoryEvents ?? NO_EVENTS, cgroup.childMemoryEvents);
    lastCgroup = { cgroup, disks, usage: accountCgroup(floors, reading, events) };
    return lastCgroup.usage;
  }

  /** Whose CPU time was said is part of it: that of the processes may not follow that of their cgroup. */
  function procfsMark(): string {
    const source = cpu.remember()?.isOfProcesses === false ? 'cgroup' : '';
    return processAccount.mark() + executables.mark() + source;
  }

  return {
    account(reading, at) {
      const { container, processes: read, unread, cgroup, interfaces, connections } = reading;
      if (last?.read !== read) last = { read, usage: usageOf(read, unread) };
      const processes = last.usage;
      const interfaceUsages = interfaces ? networks.account(interfaces, at.unixMs) : [];
      const procfsStartMs = noteStart('procfs', processAccount.beganAnew(), at);
      const { throttling, memory, memoryEvents, tasks, disks, pressures } = cgroupUsageOf(reading);
      const ofProcesses = { usage: processes, startMs: procfsStartMs };
      return {
        container,
        procfsStartMs,
        networkStartMs: noteStart('network', networks.beganAnew(), at),
        uptimeSeconds: uptimeSeconds(container, at.unixMs),
        processes,
        cpu: cpu.account({ ...cgroup, throttling }, ofProcesses, at.monotonicMs),
        memory,
        memoryEvents,
        tasks,
        disks,
        pressures,
        connections,
        interfaces: interfaceUsages,
        ...(interfaces && networks.forgotten().length > 0 && { forgottenInterfaces: networks.forgotten() }),
      };
    },
    remember: () => ({
      processes: processAccount.remember(),
      executables: executables.remember(),
      interfaces: networks.remember(),
      cpu: cpu.remember(),
      floors: floors.remember(),
      memoryEvents: eventsAccount.remember(),
      startMs: { ...startMs },
      pasts: { procfs: processAccount.past(), network: networks.past() },
    }),
    begunAnew: () =>
      FAMILIES.flatMap((family) => {
        const since = startMs[family];
        return since === undefined
          ? []
          : [{ family, startMs: since, why: WHY_ANEW[begun.has(family) ? pastOf(family) : 'known'] }];
      }),
    mark: (family) => (family === 'procfs' ? procfsMark() : networks.mark()),
  };
}

function uptimeSeconds(container: Container, unixMs: number): number | undefined {
  const { startedAtMs, state } = container;
  if (startedAtMs === undefined || (state !== 'running' && state !== 'paused')) return undefined;
  return Math.max(0, unixMs - startedAtMs) / MS_PER_SECOND;
}
