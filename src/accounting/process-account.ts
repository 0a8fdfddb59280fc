import { LIMITS } from '../limits.ts';
import type { ProcessReading, Unread } from '../sources/container-reading.ts';
import { type Missing, READINGS_UNTIL_SHOWN, settle, takeBack } from './inheritance.ts';
import type { Past } from './past.ts';
import {
  COUNTER_COUNT,
  COUNTERS,
  type Counts,
  type Identity,
  inheritedSince,
  isLossy,
  isSame,
  type Seen,
  see,
  type Totals,
  toTotals,
  UNSEEN_WITH_STAT,
  unrepeatableOf,
} from './process-counters.ts';

/** All that is remembered of one container's processes, as plain data. */
export type ProcessMemory = {
  readonly present: readonly Seen[];
  readonly missing: readonly Missing[];
  /** Pids that could not be read the last time. */
  readonly unread: readonly number[];
  /** Of processes that are gone. */
  readonly carry: Counts;
};

export type ProcessAccount = {
  /**
   * Takes one reading of the container's processes and answers the totals of all that it ever had. No total falls from
   * one call to the next, none is less than what the reading shows, and none more than what was really used, if the
   * reading shows no child before its parent.
   */
  account(processes: readonly ProcessReading[], unread?: Unread): Totals;
  remember(): ProcessMemory;
  /** Changes whenever something changed that the kernel would not say again. */
  mark(): string;
  /** Known from the first reading on. */
  past(): Past;
  /** Whether the totals were counted from zero at the first reading. */
  beganAnew(): boolean;
};

const NOTHING_UNREAD: Unread = { pids: [], zombies: false };

/** Vanished processes whose end cannot be settled yet; of more than that the oldest are taken as not inherited. */
const MAX_OPEN = LIMITS.vanishedProcesses.max;

/**
 * Sums the counters of processes so that nothing is lost when processes end and nothing is counted twice when they are
 * waited for. What a process that is gone was last seen with is added to its heirs' growth, or kept here.
 */
export function createProcessAccount(memory?: ProcessMemory, before: Past = 'known'): ProcessAccount {
  let present: ReadonlyMap<number, Seen> = new Map(memory?.present.map((seen) => [seen.pid, fromJson(seen)]));
  let missing: Missing[] = (memory?.missing ?? []).map((each) => ({
    ...each,
    process: fromJson(each.process),
    rest: [...each.rest],
  }));
  let lastUnread: readonly number[] = memory?.unread ?? [];
  const carry: (number | undefined)[] = (memory?.carry ?? []).map((value) => value ?? undefined);
  let past = before;
  let isAnew = false;
  /** It is asked for with every batch, and as long as the same processes live it is the same. */
  let marked: string | undefined;

  function totals(): (number | undefined)[] {
    const sums = [...carry];
    for (const { process, rest } of missing) addKnown(sums, process.total, rest);
    for (const { total } of present.values()) addKnown(sums, total, total);
    return sums;
  }

  function beginAnew(): void {
    isAnew = true;
    marked = undefined;
    for (const [counter, total] of totals().entries()) {
      if (total !== undefined) carry[counter] = (carry[counter] ?? 0) - total;
    }
  }

  function retire({ process, rest }: Missing): void {
    addKnown(carry, process.total, rest);
  }

  function note(now: ReadonlyMap<number, Seen>, unread: Unread, haveSomeGone: boolean): void {
    present = now;
    lastUnread = unread.pids;
    if (past === 'unknown' || (past === 'known if unchanged' && haveSomeGone)) beginAnew();
    past = 'known';
  }

  function mark(): string {
    const living = [...present.values()].map((seen) => [seen.pid, seen.startTimeTicks, unrepeatableOf(seen)]);
    return JSON.stringify([carry, missing.map(({ process: { pid }, rest }) => [pid, ...rest]), living]);
  }

  return {
    account(processes, unread = NOTHING_UNREAD) {
      const now = seeAll(processes, present, missing);
      const gone = goneOf(present, now);
      if (now.size > present.size || gone.length > 0 || missing.length > 0 || areCountedByThread(now))
        marked = undefined;
      if (gone.length === 0 && missing.length === 0) {
        note(now, unread, false);
        return toTotals(totals());
      }
      const growth = growthOf(now, present, missing);
      const familiar = new Map([...missing.map(({ process }) => process), ...present.values()].map((p) => [p.pid, p]));
      const unreadPids = new Set(unread.pids);
      const hidden = new Set([...unread.pids, ...lastUnread]);
      const first = gone.length > 0 ? firstOf([...now.values(), ...familiar.values()], hidden) : undefined;
      const spare = takeBack(missing);
      missing = missing.filter(({ process }) => !isSame(now.get(process.pid), process));
      for (const process of gone) missing.push(toMissing(process, familiar, hidden, first));

      const withoutIo = new Set(processes.filter(({ io }) => !io).map(({ stat }) => stat.pid));
      for (const each of missing) each.mayLive &&= mayLive(each, unread, unreadPids);
      const mute = new Set(
        missing
          .filter((each) => each.mayLive)
          .map(({ process }) => process.pid)
          .concat(unread.pids),
      );
      for (const each of missing) each.readings = mayHaveMore(each, mute, withoutIo) ? 0 : each.readings + 1;
      settle(missing, now, growth, spare);

      let excess = missing.filter(({ readings }) => readings === 0).length - MAX_OPEN;
      const [settled, open] = partition(missing, ({ readings }) =>
        readings === 0 ? excess-- > 0 : readings >= READINGS_UNTIL_SHOWN,
      );
      for (const each of settled) retire(each);
      missing = open;
      note(now, unread, gone.length > 0);
      return toTotals(totals());
    },
    remember: () => ({ present: [...present.values()], missing, unread: lastUnread, carry }),
    mark: () => (marked ??= mark()),
    past: () => past,
    beganAnew: () => isAnew,
  };
}

/** The processes as they are now, each with what is known of it from before. */
function seeAll(
  processes: readonly ProcessReading[],
  present: ReadonlyMap<number, Seen>,
  missing: readonly Missing[],
): Map<number, Seen> {
  const now = new Map<number, Seen>();
  for (const reading of processes) {
    const { stat } = reading;
    now.set(stat.pid, see(reading, knownBefore(stat, present, missing)));
  }
  return now;
}

function knownBefore(
  process: Identity,
  present: ReadonlyMap<number, Seen>,
  missing: readonly Missing[],
): Seen | undefined {
  const last = present.get(process.pid);
  if (isSame(last, process)) return last;
  return missing.length > 0 ? missing.find((each) => isSame(each.process, process))?.process : undefined;
}

/** Nearly always none: then nothing is made. */
function goneOf(present: ReadonlyMap<number, Seen>, now: ReadonlyMap<number, Seen>): readonly Seen[] {
  let gone: Seen[] | undefined;
  for (const was of present.values()) {
    if (isSame(now.get(was.pid), was)) continue;
    gone ??= [];
    gone.push(was);
  }
  return gone ?? NONE_GONE;
}

/** Whether something of them is counted by thread, and so is lost with one while its process lives on. */
function areCountedByThread(processes: ReadonlyMap<number, Seen>): boolean {
  for (const process of processes.values()) if (isLossy(process)) return true;
  return false;
}

const NONE_GONE: readonly Seen[] = [];

function growthOf(
  now: ReadonlyMap<number, Seen>,
  present: ReadonlyMap<number, Seen>,
  missing: readonly Missing[],
): Map<number, number[]> {
  const growth = new Map<number, number[]>();
  for (const seen of now.values()) growth.set(seen.pid, inheritedSince(knownBefore(seen, present, missing), seen));
  return growth;
}

function toMissing(
  process: Seen,
  familiar: ReadonlyMap<number, Seen>,
  hidden: ReadonlySet<number>,
  first: number | undefined,
): Missing {
  const ancestors = new Set<number>();
  let pid = process.parentPid;
  for (let next = familiar.get(pid); next && !ancestors.has(pid); next = familiar.get(pid)) {
    ancestors.add(pid);
    pid = next.parentPid;
  }
  const isOpen = hidden.has(pid);
  // What is orphaned in the container is adopted by its first process; what has its parent outside, as `docker exec`
  // makes them, is inherited by none in it.
  const isInside = ancestors.size > 0 || isOpen;
  ancestors.add(pid);
  if (isInside && first !== undefined) ancestors.add(first);
  const rest = COUNTERS.map((counter) => process.total[counter] ?? 0);
  return {
    process,
    ancestors: [...ancestors],
    isOpen,
    rest,
    mayLive: true,
    taken: {},
    mayBeInherited: false,
    readings: 0,
  };
}

/** The first process has its parent outside; a child of it may have been started within the same tick. */
function firstOf(processes: readonly Seen[], hidden: ReadonlySet<number>): number | undefined {
  const pids = new Set(processes.map(({ pid }) => pid));
  let first: Seen | undefined;
  for (const process of processes) {
    if (pids.has(process.parentPid) || hidden.has(process.parentPid)) continue;
    if (!first || process.startTimeTicks < first.startTimeTicks) first = process;
  }
  return first?.pid;
}

/** Whether it may be among those that could not be read, or a zombie of one of them. */
function mayLive(
  { process, ancestors, isOpen }: Missing,
  { zombies }: Unread,
  unreadPids: ReadonlySet<number>,
): boolean {
  if (unreadPids.has(process.pid) || (isOpen && unreadPids.size > 0)) return true;
  return ancestors.some((pid) => unreadPids.has(pid)) || (zombies && ancestors.length > 1);
}

/** Whether it may have an heir that does not show what it inherited: one that is mute, or does without io. */
function mayHaveMore(missing: Missing, mute: ReadonlySet<number>, withoutIo: ReadonlySet<number>): boolean {
  const { ancestors, isOpen, rest } = missing;
  if (missing.mayLive || (isOpen && mute.size > 0)) return true;
  const hasIo = UNSEEN_WITH_STAT.some((counter) => rest[counter]! > 0);
  return ancestors.some((pid) => mute.has(pid) || (hasIo && withoutIo.has(pid)));
}

/** Adds what is known to have been read at all, so that what never was stays absent. */
function addKnown(sums: (number | undefined)[], known: Counts, values: Counts): void {
  for (let counter = 0; counter < COUNTER_COUNT; counter++) {
    if (known[counter] !== undefined) sums[counter] = (sums[counter] ?? 0) + values[counter]!;
  }
}

/** JSON has null where a value is absent. */
function fromJson(seen: Seen): Seen {
  const clean = (counts: Counts): Counts => counts.map((value) => value ?? undefined);
  return { ...seen, total: clean(seen.total), basis: clean(seen.basis) };
}

function partition<T>(items: readonly T[], is: (item: T) => boolean): [T[], T[]] {
  const result: [T[], T[]] = [[], []];
  for (const item of items) result[is(item) ? 0 : 1].push(item);
  return result;
}
