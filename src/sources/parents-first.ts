export type ReadParentsFirst<T> = {
  /** Answers undefined for a process that is gone. */
  readonly read: (pid: number) => T | undefined;
  readonly parentOf: (process: T) => number;
};

/**
 * Reads processes, each after all its ancestors that are among them. So what an ancestor shows of a child that it waited
 * for while we read is never there together with the child. Pids mostly are in that order by themselves; where they have
 * wrapped around, the processes that were read too early are read again.
 */
export function readParentsFirst<T>(pids: readonly number[], { read, parentOf }: ReadParentsFirst<T>): T[] {
  const processes = new Map<number, T>();
  for (const pid of pids) {
    const process = read(pid);
    if (process !== undefined) processes.set(pid, process);
  }
  const position = new Map([...processes.keys()].map((pid, index) => [pid, index]));
  const ordered = new Map<number, T | undefined>();
  const early = new Set<number>();

  function place(pid: number): void {
    // Parents that are each other's cannot be; readings of different moments could only seem to say so.
    if (ordered.has(pid)) return;
    ordered.set(pid, undefined);
    const parent = parentOf(processes.get(pid)!);
    if (processes.has(parent)) place(parent);
    const isEarly = early.has(parent) || (position.get(parent) ?? -1) > position.get(pid)!;
    if (isEarly) early.add(pid);
    const process = isEarly ? read(pid) : processes.get(pid);
    ordered.delete(pid);
    ordered.set(pid, process);
  }

  for (const pid of processes.keys()) place(pid);
  return [...ordered.values()].filter((process) => process !== undefined);
}
