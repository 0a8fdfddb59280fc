import type { Container } from '../sources/container.ts';
import type { ContainerReading } from '../sources/container-reading.ts';
import { createCpuAccount } from './cpu.ts';
import { createExecutableAccount, type ExecutableMemory } from './executables.ts';
import { createInterfaceAccount, type InterfaceMemory } from './interfaces.ts';
import { accountMemory } from './memory.ts';
import { type Past, worseOf } from './past.ts';
import { createProcessAccount, type ProcessMemory } from './process-account.ts';
import { accountProcesses } from './processes.ts';
import type { ContainerUsage } from './usage.ts';

/** Two clocks: Unix time for what is said of dates, a clock that never steps for what is divided by time. */
export type Instant = { readonly unixMs: number; readonly monotonicMs: number };

/** Counters that are put together from what is remembered; those of the cgroup need no memory. */
export type RememberedFamily = 'procfs' | 'network';

/** All that is remembered of one run of one container, as plain data. */
export type ContainerMemory = {
  readonly processes: ProcessMemory;
  readonly executables: ExecutableMemory;
  readonly interfaces: InterfaceMemory;
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
};

const MS_PER_SECOND = 1000;
const KNOWN: Pasts = { procfs: 'known', network: 'known' };

export function createContainerAccount(memory?: ContainerMemory, pasts: Pasts = KNOWN): ContainerAccount {
  const pastOf = (family: RememberedFamily): Past => worseOf(pasts[family], memory?.pasts[family] ?? 'known');
  const processAccount = createProcessAccount(memory?.processes, pastOf('procfs'));
  const executables = createExecutableAccount(memory?.executables);
  const cpu = createCpuAccount();
  const networks = createInterfaceAccount(memory?.interfaces, pastOf('network'));
  const startMs: Partial<Record<RememberedFamily, number>> = { ...memory?.startMs };
  const begun = new Set<RememberedFamily>();
  let last: { readonly read: ContainerReading['processes']; readonly usage: ContainerUsage['processes'] } | undefined;

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

  return {
    account({ container, processes: read, unread, cgroup, disks, interfaces, connections }, at) {
      // The same reading again says that nothing has changed.
      if (last?.read !== read) last = { read, usage: usageOf(read, unread) };
      const processes = last.usage;
      const interfaceUsages = interfaces ? networks.account(interfaces) : [];
      return {
        container,
        procfsStartMs: noteStart('procfs', processAccount.beganAnew(), at),
        networkStartMs: noteStart('network', networks.beganAnew(), at),
        uptimeSeconds: uptimeSeconds(container, at.unixMs),
        processes,
        cpu: cpu.account(cgroup, processes, at.monotonicMs),
        memory: accountMemory(cgroup.memory ?? {}),
        memoryEvents: cgroup.memoryEvents ?? {},
        tasks: cgroup.tasks ?? {},
        disks,
        pressures: cgroup.pressures ?? {},
        connections,
        interfaces: interfaceUsages,
      };
    },
    remember: () => ({
      processes: processAccount.remember(),
      executables: executables.remember(),
      interfaces: networks.remember(),
      startMs: { ...startMs },
      pasts: { procfs: processAccount.past(), network: networks.past() },
    }),
    mark: (family) => (family === 'procfs' ? processAccount.mark() + executables.mark() : networks.mark()),
  };
}

function uptimeSeconds(container: Container, unixMs: number): number | undefined {
  const { startedAtMs, state } = container;
  if (startedAtMs === undefined || (state !== 'running' && state !== 'paused')) return undefined;
  return Math.max(0, unixMs - startedAtMs) / MS_PER_SECOND;
}
