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

/** The last value of a vanished process, less what was found to be inherited, and who may have inherited it. */
type Claim = { readonly heirs: readonly string[]; readonly rest: CpuTicks };

type Processes = ReadonlyMap<string, Seen>;

/**
 * Sums procfs CPU time so that nothing is lost when processes end and nothing is counted twice when they are waited for.
 *
 * A vanished process's last value was either inherited (a living process waited for it, so that one's children time grew
 * by at least as much) or is gone with it, and then it is kept here. Which of both is decided in sums: what the growth
 * of its heirs does not cover was not inherited. A claim stands for two readings, because a reading takes time: a parent
 * that was read just before it waited shows its growth in the next one.
 */
export function createProcessCpuAccount(): ProcessCpuAccount {
  let seen: Processes = new Map();
  let unsettled: readonly Claim[] = [];
  const carry: CpuTicks = { user: 0, system: 0 };

  return {
    account(stats) {
      const now = new Map(stats.map((stat) => [keyOf(stat), toSeen(stat)]));
      const claims = claimsOfVanished(seen, now);
      settle([...unsettled, ...claims], growthOfChildren(seen, now));
      for (const { rest } of unsettled) add(carry, rest);
      unsettled = claims;
      seen = now;

      const total = { ...carry };
      for (const { rest } of unsettled) add(total, rest);
      for (const process of now.values()) add(total, process.total);
      return total;
    },
  };
}

/** Takes what was inherited out of the claims. */
function settle(claims: readonly Claim[], growth: ReadonlyMap<string, CpuTicks>): void {
  // Those with one heir first: they have no other, and what is left may have come up to it from further down.
  for (const { heirs, rest } of claims.toSorted((a, b) => a.heirs.length - b.heirs.length)) {
    for (const heir of heirs) {
      const inheritance = growth.get(heir);
      if (inheritance) take(inheritance, rest);
    }
  }
}

function claimsOfVanished(before: Processes, now: Processes): Claim[] {
  const vanished = [...before].filter(([key]) => !now.has(key));
  if (vanished.length === 0) return [];
  const keyByPid = new Map([...before].map(([key, { pid }]) => [pid, key]));
  const first = keyOfFirst(now);
  return vanished.map(([, process]) => ({
    heirs: heirsOf(process, before, { now, keyByPid, first }),
    rest: { ...process.total },
  }));
}

type Lineage = {
  readonly now: Processes;
  readonly keyByPid: ReadonlyMap<number, string>;
  readonly first: string | undefined;
};

/**
 * Who may have waited for a vanished process, nearest first: its parent where that lives, else all living ancestors and
 * the container's first process, which adopts orphans. A process without a parent in the container, as `docker exec`
 * makes them, is inherited by none in it.
 */
function heirsOf({ parentPid }: Seen, before: Processes, { now, keyByPid, first }: Lineage): string[] {
  const parent = keyByPid.get(parentPid);
  if (parent === undefined) return [];
  if (now.has(parent)) return [parent];
  const heirs = new Set<string>();
  const visited = new Set<string>();
  for (let key: string | undefined = parent; key !== undefined && !visited.has(key); ) {
    visited.add(key);
    if (now.has(key)) heirs.add(key);
    key = keyByPid.get(before.get(key)!.parentPid);
  }
  if (first !== undefined) heirs.add(first);
  return [...heirs];
}

/** By how much each living process's children time grew since it was last seen. */
function growthOfChildren(before: Processes, now: Processes): Map<string, CpuTicks> {
  const growth = new Map<string, CpuTicks>();
  for (const [key, { children }] of now) {
    const last = before.get(key)?.children ?? { user: 0, system: 0 };
    growth.set(key, {
      user: Math.max(0, children.user - last.user),
      system: Math.max(0, children.system - last.system),
    });
  }
  return growth;
}

/** The first process has its parent outside; a child of it may have been started within the same tick. */
function keyOfFirst(now: Processes): string | undefined {
  const pids = new Set([...now.values()].map(({ pid }) => pid));
  let first: readonly [string, Seen] | undefined;
  for (const entry of now) {
    const [, { parentPid, startTimeTicks }] = entry;
    if (!pids.has(parentPid) && (!first || startTimeTicks < first[1].startTimeTicks)) first = entry;
  }
  return first?.[0];
}

/** Takes as much of `rest` as there is out of `available`. */
function take(available: CpuTicks, rest: CpuTicks): void {
  for (const mode of ['user', 'system'] as const) {
    const taken = Math.min(available[mode], rest[mode]);
    available[mode] -= taken;
    rest[mode] -= taken;
  }
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
