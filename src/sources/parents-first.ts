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
  if (areInOrder(processes, parentOf)) return [...processes.values()];
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

/** Whether each one's parent, where it is among them, was read before it: as good as always. */
function areInOrder<T>(processes: ReadonlyMap<number, T>, parentOf: (process: T) => number): boolean {
  let last = 0;
  for (const [pid, process] of processes) {
    const parent = parentOf(process);
    if (pid < last || (parent >= pid && processes.has(parent))) return false;
    last = pid;
  }
  return true;
}
