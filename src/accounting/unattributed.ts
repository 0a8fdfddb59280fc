import type { ContainerUsage } from './usage.ts';

/**
 * CPU seconds that the kernel charged to a container and that no living or remembered process accounts for: what
 * processes used that ended between two readings and were waited for by nobody. Absent where one of the two is not
 * known, or where counting by process began anew and the two do not begin together.
 */
export function unattributedCpuSeconds({ cpu, processes, procfsStartMs }: ContainerUsage): number | undefined {
  if (!cpu.time || cpu.isOfProcesses || !processes || procfsStartMs !== undefined) return undefined;
  const charged = cpu.time.userSeconds + cpu.time.systemSeconds;
  return charged - (processes.cpuUserSeconds + processes.cpuSystemSeconds);
}
