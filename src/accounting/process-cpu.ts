import type { ProcStat } from '../sources/proc/stat.ts';

/** CPU time in clock ticks. */
export type CpuTicks = { user: number; system: number };

/** A process as it was last seen. Identity is (pid, start time): a pid alone is reused. */
type Seen = {
  readonly pid: number;
  readonly parentPid: number;
  readonly startTimeTicks: number;
  /** It has ended, and its children have been handed over, but nobody has waited for it yet. */
  readonly isDefunct: boolean;
  /** Its own time and that of the children it waited for: what its parent inherits when it waits for it. */
  readonly total: CpuTicks;
  /** Time of the children it waited for. */
  readonly children: CpuTicks;
};

/** proc_pid_stat(5), field 3. */
const DEFUNCT_STATES = 'ZXx';

export type ProcessCpuAccount = {
  /**
   * Takes the live processes of one reading and answers the CPU time of all the container's processes, those that ended
   * included. The total never falls from one call to the next.
   */
  account(stats: readonly ProcStat[]): CpuTicks;
};

/** The last value of a vanished process, less what was found to be inherited, and its ancestors, nearest first. */
type Claim = { readonly ancestors: readonly string[]; readonly rest: CpuTicks };

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
      settle([...unsettled, ...claims], seen, now);
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
function settle(claims: readonly Claim[], before: Processes, now: Processes): void {
  if (claims.length === 0) return;
  const growth = growthOfChildren(before, now);
  const inherited = claims.map(({ ancestors, rest }) => ({ heirs: heirsOf(ancestors, now), rest }));
  // Those with one heir first: they have no other, and what is left may have come up to it from further down.
  for (const { heirs, rest } of inherited.toSorted((a, b) => a.heirs.length - b.heirs.length)) {
    for (const heir of heirs) take(growth.get(heir)!, rest);
  }
}

/** The parent where it lives; else any ancestor that is there may have waited for what was left, the nearest first. */
function heirsOf(ancestors: readonly string[], now: Processes): readonly string[] {
  const present = ancestors.filter((key) => now.has(key));
  const [nearest] = present;
  const parentLives = nearest !== undefined && nearest === ancestors[0] && !now.get(nearest)!.isDefunct;
  return parentLives ? [nearest] : present;
}

function claimsOfVanished(before: Processes, now: Processes): Claim[] {
  const vanished = [...before].filter(([key]) => !now.has(key));
  if (vanished.length === 0) return [];
  const keyByPid = new Map([...before].map(([key, { pid }]) => [pid, key]));
  const first = keyOfFirst(now);
  return vanished.map(([, process]) => {
    const ancestors = ancestorsOf(process, before, keyByPid);
    // A process without a parent in the container, as `docker exec` makes them, is inherited by none in it; the others
    // are adopted by the container's first process when they are orphaned.
    if (first !== undefined && ancestors.size > 0) ancestors.add(first);
    return { ancestors: [...ancestors], rest: { ...process.total } };
  });
}

function ancestorsOf(process: Seen, before: Processes, keyByPid: ReadonlyMap<number, string>): Set<string> {
  const ancestors = new Set<string>();
  let key = keyByPid.get(process.parentPid);
  while (key !== undefined && !ancestors.has(key)) {
    ancestors.add(key);
    key = keyByPid.get(before.get(key)!.parentPid);
  }
  return ancestors;
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
  const { pid, parentPid, startTimeTicks, state } = stat;
  return { pid, parentPid, startTimeTicks, isDefunct: DEFUNCT_STATES.includes(state), total, children };
}

function add(sum: CpuTicks, ticks: CpuTicks): void {
  sum.user += ticks.user;
  sum.system += ticks.system;
}

const keyOf = (stat: ProcStat): string => `${stat.pid}:${stat.startTimeTicks}`;
