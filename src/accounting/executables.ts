import type { ProcessReading } from '../sources/container-reading.ts';
import { createExecutableNames, type NamesMemory, OTHER } from './executable-names.ts';
import { sumLevels, TICKS_PER_SECOND } from './processes.ts';
import type { ExecutableUsage, ProcessesUsage } from './usage.ts';

/** User and system time, in clock ticks. */
type Ticks = readonly [user: number, system: number];

/** A process as it was last seen. */
type Seen = readonly [pid: number, startTimeTicks: number, userTicks: number, systemTicks: number, executable: string];

/** What an executable was credited with, and what is still to come. */
type Credit = { ticks: Ticks; owed: Ticks };

/** All that is remembered of one container's executables, as plain data. */
export type ExecutableMemory = {
  readonly names: NamesMemory;
  readonly seen: readonly Seen[];
  readonly credits: readonly (readonly [name: string, ...Ticks])[];
  readonly total: Ticks;
};

export type ExecutableAccount = {
  /**
   * Splits the usage of all processes; undefined where no executable was read. `unread` are pids of those that are there
   * and could not be read this time.
   */
  account(
    processes: readonly ProcessReading[],
    usage: ProcessesUsage,
    unread?: readonly number[],
  ): readonly ExecutableUsage[] | undefined;
  remember(): ExecutableMemory;
  /** Changes whenever something changed by which the same totals would be split otherwise. */
  mark(): string;
};

const NONE: Ticks = [0, 0];

/**
 * Splits CPU time by the executable that used it, as far as that was seen: what a living process used itself since the
 * last reading is credited to the executable that it runs now. All else is in `other`: executables that are not told
 * apart, what processes used after they were last seen, and those that came and went between two readings, whose time
 * only their parent's total of its children shows. The parts never fall and their sum is the total.
 */
export function createExecutableAccount(memory?: ExecutableMemory): ExecutableAccount {
  const names = createExecutableNames(memory?.names);
  let seen: ReadonlyMap<number, Seen> = new Map(memory?.seen.map((each) => [each[0], each]));
  const credits = new Map<string, Credit>(
    memory?.credits.map(([name, ...ticks]) => [name, { ticks, owed: NONE }] as const),
  );
  let total: Ticks = memory?.total ?? NONE;
  let isFirst = memory === undefined;

  function grownSinceSeen({ stat: { pid, startTimeTicks, userTicks, systemTicks } }: ProcessReading): Ticks {
    const before = seen.get(pid);
    if (before?.[1] !== startTimeTicks) return [userTicks, systemTicks];
    return [Math.max(0, userTicks - before[2]), Math.max(0, systemTicks - before[3])];
  }

  /** Gives no more than what the total grew by; the rest is given when it grows on. */
  function credit(growth: ReadonlyMap<string, Ticks>, now: Ticks): void {
    const isReset = now[0] < total[0] || now[1] < total[1];
    // The total begins anew, and all parts with it.
    if (isReset) for (const each of credits.values()) each.ticks = NONE;
    let left = isReset ? now : subtract(now, total);
    for (const [name, each] of credits) {
      const wanted = add(each.owed, growth.get(name) ?? NONE);
      const given: Ticks = [Math.min(wanted[0], left[0]), Math.min(wanted[1], left[1])];
      each.ticks = add(each.ticks, given);
      // What was used before the total began is in none of its parts.
      each.owed = isReset || isFirst ? NONE : subtract(wanted, given);
      left = subtract(left, given);
    }
    total = now;
    isFirst = false;
  }

  return {
    account(processes, usage, unread = []) {
      if (!processes.some(({ executable }) => executable !== undefined)) return undefined;
      const groups = groupByExecutable(processes);
      const growth = new Map([...groups].map(([name, group]) => [name, group.map(grownSinceSeen).reduce(add, NONE)]));
      // Those that are there and could not be read this time are not new the next time.
      const kept = unread.map((pid) => seen.get(pid)).filter((each) => each !== undefined);
      seen = new Map([...kept, ...processes.map(toSeen)].map((each) => [each[0], each]));

      const loads = [...groups].map(([name, group]) => {
        const [user, system] = growth.get(name)!;
        return [name, { cpuTicks: user + system, residentBytes: residentOf(group) }] as const;
      });
      const shown = names.choose(new Map(loads));
      for (const name of credits.keys()) if (!shown.has(name)) credits.delete(name);
      for (const name of shown) if (!credits.has(name)) credits.set(name, { ticks: NONE, owed: NONE });
      credit(growth, [toTicks(usage.cpuUserSeconds), toTicks(usage.cpuSystemSeconds)]);

      const others = [...groups].filter(([name]) => !shown.has(name)).flatMap(([, group]) => group);
      let left = total;
      for (const { ticks } of credits.values()) left = subtract(left, ticks);
      return [
        ...[...credits].map(([name, { ticks }]) => toUsage(name, ticks, groups.get(name) ?? [])),
        toUsage(OTHER, left, others),
      ];
    },
    remember: () => ({
      names: names.remember(),
      seen: [...seen.values()],
      credits: [...credits].map(([name, { ticks }]) => [name, ...ticks]),
      total,
    }),
    mark: () => JSON.stringify([names.remember(), [...seen.values()].map(([pid, , , , name]) => [pid, name])]),
  };
}

function groupByExecutable(processes: readonly ProcessReading[]): Map<string, ProcessReading[]> {
  const groups = new Map<string, ProcessReading[]>();
  for (const process of processes) {
    const name = nameOf(process);
    const group = groups.get(name);
    if (group) group.push(process);
    else groups.set(name, [process]);
  }
  return groups;
}

function toUsage(name: string, [user, system]: Ticks, group: readonly ProcessReading[]): ExecutableUsage {
  const seconds = { cpuUserSeconds: user / TICKS_PER_SECOND, cpuSystemSeconds: system / TICKS_PER_SECOND };
  return { name, ...seconds, ...sumLevels(group) };
}

function residentOf(group: readonly ProcessReading[]): number {
  const { residentAnonBytes = 0, residentFileBytes = 0, residentShmemBytes = 0 } = sumLevels(group);
  return residentAnonBytes + residentFileBytes + residentShmemBytes;
}

function toSeen(process: ProcessReading): Seen {
  const { pid, startTimeTicks, userTicks, systemTicks } = process.stat;
  return [pid, startTimeTicks, userTicks, systemTicks, nameOf(process)];
}

const nameOf = ({ executable }: ProcessReading): string => executable || OTHER;
const toTicks = (seconds: number): number => Math.round(seconds * TICKS_PER_SECOND);
const add = (a: Ticks, b: Ticks): Ticks => [a[0] + b[0], a[1] + b[1]];
const subtract = (a: Ticks, b: Ticks): Ticks => [a[0] - b[0], a[1] - b[1]];
