import type { ContainerReading } from '../sources/container-reading.ts';
import { createCpuAccount } from './cpu.ts';
import { createInterfaceAccount } from './interfaces.ts';
import { accountMemory } from './memory.ts';
import { createProcessCpuAccount } from './process-cpu.ts';
import { accountProcesses } from './processes.ts';
import type { ContainerUsage } from './usage.ts';

/** Two clocks: Unix time for what is said of dates, a clock that never steps for what is divided by time. */
export type Instant = { readonly unixMs: number; readonly monotonicMs: number };

/** The memory of one run of one container: a restart begins a new one. */
export type ContainerAccount = {
  account(reading: ContainerReading, at: Instant): ContainerUsage;
};

const MS_PER_SECOND = 1000;

export function createContainerAccount(): ContainerAccount {
  const processCpu = createProcessCpuAccount();
  const cpu = createCpuAccount();
  const networks = createInterfaceAccount();

  return {
    account({ container, processes: read, cgroup, disks, interfaces }, at) {
      const processes = accountProcesses(processCpu, read);
      const running = container.startedAtMs !== undefined && container.state !== 'created';
      return {
        container,
        uptimeSeconds: running ? Math.max(0, at.unixMs - container.startedAtMs) / MS_PER_SECOND : undefined,
        processes,
        cpu: cpu.account(cgroup, processes, at.monotonicMs),
        memory: accountMemory(cgroup.memory ?? {}),
        memoryEvents: cgroup.memoryEvents ?? {},
        tasks: cgroup.tasks ?? {},
        disks,
        pressures: cgroup.pressures ?? {},
        interfaces: interfaces ? networks.account(interfaces) : [],
      };
    },
  };
}
