import type { ProcStat } from '../sources/proc/stat.ts';

/** CPU time in clock ticks. */
export type CpuTicks = { user: number; system: number };

/** A process as it was last seen. Identity is (pid, start time): a pid alone is reused. */
type Seen = {
  readonly pid: number;
  readonly parentPid: number;
  readonly startTimeTicks: number;
  /** Its own time and that of the children it waited for: what its parent inherits when it waits for it. */
  readonly total: CpuTicks;
  /** Time of the children it waited for. */
  readonly children: CpuTicks;
};

export type ProcessCpuAccount = {
  /**
   * Takes the live processes of one reading and answers the CPU time of all the container's processes, those that ended
   * included. The total never falls from one call to the next.
   */
  account(stats: readonly ProcStat[]): CpuTicks;
};

/**
 * Sums procfs CPU time so that nothing is lost when processes end and nothing is counted twice when they are waited for.
 *
 * A vanished process's last value was either inherited (a living process waited for it, so that one's children time grew
 * by at least as much) or is gone with it, and then it is kept here as the carry. Which of both is decided in sums, for
 * the parent or, where that vanished too, for the nearest living ancestor and the container's first process, which
 * adopts orphans: what their growth does not cover was not inherited.
 */
export function createProcessCpuAccount(): ProcessCpuAccount {
  let seen = new Map<string, Seen>();
  const carry: CpuTicks = { user: 0, system: 0 };

  return {
    account(stats) {
      const now = new Map(stats.map((stat) => [keyOf(stat), toSeen(stat)]));
      retireVanished(seen, now, carry);
      seen = now;
      const total = { ...carry };
      for (const process of now.values()) add(total, process.total);
      return total;
    },
  };
}

function retireVanished(before: ReadonlyMap<string, Seen>, now: ReadonlyMap<string, Seen>, carry: CpuTicks): void {
  const vanished = [...before].filter(([key]) => !now.has(key)).map(([, process]) => process);
  if (vanished.length === 0) return;

  const growth = growthByPid(before, now);
  const beforeByPid = new Map([...before.values()].map((process) => [process.pid, process]));
  const firstPid = firstProcess(now)?.pid;
  // Children of living parents first: what is left of a parent's growth may have come up through a vanished child.
  const orphans: Seen[] = [];
  for (const process of vanished) {
    const inheritance = growth.get(process.parentPid);
    if (inheritance) add(carry, takeFrom(inheritance, { ...process.total }));
    else orphans.push(process);
  }
  for (const process of orphans) {
    let rest: CpuTicks = { ...process.total };
    for (const pid of [livingAncestor(process, beforeByPid, growth), firstPid]) {
      const inheritance = pid === undefined ? undefined : growth.get(pid);
      // A process that had no parent in the container, as `docker exec` makes them, is inherited by none in it.
      if (inheritance && beforeByPid.has(process.parentPid)) rest = takeFrom(inheritance, rest);
    }
    add(carry, rest);
  }
}

/** By how much each living process's children time grew since it was last seen. */
function growthByPid(before: ReadonlyMap<string, Seen>, now: ReadonlyMap<string, Seen>): Map<number, CpuTicks> {
  const growth = new Map<number, CpuTicks>();
  for (const [key, process] of now) {
    const last = before.get(key)?.children ?? { user: 0, system: 0 };
    growth.set(process.pid, {
      user: Math.max(0, process.children.user - last.user),
      system: Math.max(0, process.children.system - last.system),
    });
  }
  return growth;
}

function livingAncestor(
  process: Seen,
  beforeByPid: ReadonlyMap<number, Seen>,
  growth: ReadonlyMap<number, CpuTicks>,
): number | undefined {
  const visited = new Set<number>();
  let ancestor = beforeByPid.get(process.parentPid);
  while (ancestor && !visited.has(ancestor.pid)) {
    if (growth.has(ancestor.pid)) return ancestor.pid;
    visited.add(ancestor.pid);
    ancestor = beforeByPid.get(ancestor.parentPid);
  }
  return ancestor && growth.has(ancestor.pid) ? ancestor.pid : undefined;
}

function firstProcess(now: ReadonlyMap<string, Seen>): Seen | undefined {
  let first: Seen | undefined;
  for (const process of now.values()) {
    if (!first || process.startTimeTicks < first.startTimeTicks) first = process;
  }
  return first;
}

/** Takes what can be had of `wanted` out of `available`; answers what could not. */
function takeFrom(available: CpuTicks, wanted: CpuTicks): CpuTicks {
  const user = Math.min(available.user, wanted.user);
  const system = Math.min(available.system, wanted.system);
  available.user -= user;
  available.system -= system;
  return { user: wanted.user - user, system: wanted.system - system };
}

function toSeen(stat: ProcStat): Seen {
  const children = { user: stat.childrenUserTicks, system: stat.childrenSystemTicks };
  const total = { user: stat.userTicks + children.user, system: stat.systemTicks + children.system };
  return { pid: stat.pid, parentPid: stat.parentPid, startTimeTicks: stat.startTimeTicks, total, children };
}

function add(sum: CpuTicks, ticks: CpuTicks): void {
  sum.user += ticks.user;
  sum.system += ticks.system;
}

const keyOf = (stat: ProcStat): string => `${stat.pid}:${stat.startTimeTicks}`;
