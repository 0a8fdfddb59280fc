import type { ProcessReading } from '../sources/container-reading.ts';
import {
  type Amounts,
  add,
  cpuTicksOf,
  growthOf,
  hasFallen,
  lesser,
  NO_AMOUNTS,
  ownOf,
  subtract,
  toCounters,
  totalOf,
} from './executable-counters.ts';
import { createExecutableNames, type NamesMemory, OTHER } from './executable-names.ts';
import { sumFileDescriptors } from './file-descriptors.ts';
import { sumLevels } from './processes.ts';
import { sumPss } from './pss.ts';
import type { ExecutableUsage, ProcessesUsage } from './usage.ts';

/** A process as it was last seen. */
type Seen = readonly [pid: number, startTimeTicks: number, executable: string, own: Amounts];

/** What an executable was credited with, and what is still to come. */
type Credit = { amounts: Amounts; owed: Amounts };

/** All that is remembered of one container's executables, as plain data. */
export type ExecutableMemory = {
  readonly names: NamesMemory;
  readonly seen: readonly Seen[];
  readonly credits: readonly (readonly [name: string, amounts: Amounts])[];
  readonly total: Amounts;
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

/**
 * Splits CPU time and other counters by the executable that used them, as far as that was seen: what a living process used itself since the
 * last reading is credited to the executable that it runs now. All else is in `other`: executables that are not told
 * apart, what processes used after they were last seen, and those that came and went between two readings, whose time
 * only their parent's total of its children shows. The parts never fall and their sum is the total.
 */
export function createExecutableAccount(memory?: ExecutableMemory): ExecutableAccount {
  const names = createExecutableNames(memory?.names);
  let seen: ReadonlyMap<number, Seen> = new Map(memory?.seen.map((each) => [each[0], each]));
  const credits = new Map<string, Credit>(
    memory?.credits.map(([name, amounts]) => [name, { amounts, owed: NO_AMOUNTS }] as const),
  );
  let total: Amounts = memory?.total ?? NO_AMOUNTS;
  let isFirst = memory === undefined;
  /** It is asked for with every batch. */
  let marked: string | undefined;

  function ownBefore({ stat: { pid, startTimeTicks } }: ProcessReading): Amounts {
    const before = seen.get(pid);
    return before?.[1] === startTimeTicks ? before[3] : NO_AMOUNTS;
  }

  function grownSinceSeen(process: ProcessReading): Amounts {
    const before = ownBefore(process);
    return growthOf(before, ownOf(process, before));
  }

  function toSeen(process: ProcessReading): Seen {
    const { pid, startTimeTicks } = process.stat;
    return [pid, startTimeTicks, nameOf(process), ownOf(process, ownBefore(process))];
  }

  /** Gives no more than what the total grew by; the rest is given when it grows on. */
  function credit(growth: ReadonlyMap<string, Amounts>, now: Amounts): void {
    const isReset = hasFallen(total, now);
    // The totals begin anew, and all parts with them.
    if (isReset) for (const each of credits.values()) each.amounts = NO_AMOUNTS;
    let left = isReset ? now : subtract(now, total);
    for (const [name, each] of credits) {
      const wanted = add(each.owed, growth.get(name) ?? NO_AMOUNTS);
      const given = lesser(wanted, left);
      each.amounts = add(each.amounts, given);
      // What was used before the total began is in none of its parts.
      each.owed = isReset || isFirst ? NO_AMOUNTS : subtract(wanted, given);
      left = subtract(left, given);
    }
    total = now;
    isFirst = false;
  }

  return {
    account(processes, usage, unread = []) {
      if (!processes.some(({ executable }) => executable !== undefined)) return undefined;
      marked = undefined;
      const groups = groupByExecutable(processes);
      const growth = new Map(
        [...groups].map(([name, group]) => [name, group.map(grownSinceSeen).reduce(add, NO_AMOUNTS)]),
      );
      // Those that are there and could not be read this time are not new the next time.
      const kept = unread.map((pid) => seen.get(pid)).filter((each) => each !== undefined);
      seen = new Map([...kept, ...processes.map(toSeen)].map((each) => [each[0], each]));

      const loads = [...groups].map(([name, group]) => {
        return [name, { cpuTicks: cpuTicksOf(growth.get(name)!), residentBytes: residentOf(group) }] as const;
      });
      const shown = names.choose(new Map(loads));
      for (const name of credits.keys()) if (!shown.has(name)) credits.delete(name);
      for (const name of shown) if (!credits.has(name)) credits.set(name, { amounts: NO_AMOUNTS, owed: NO_AMOUNTS });
      credit(growth, totalOf(usage, total));

      const others = [...groups].filter(([name]) => !shown.has(name)).flatMap(([, group]) => group);
      let left = total;
      for (const { amounts } of credits.values()) left = subtract(left, amounts);
      return [
        ...[...credits].map(([name, { amounts }]) => toUsage(name, amounts, groups.get(name) ?? [], usage)),
        toUsage(OTHER, left, others, usage),
      ];
    },
    remember: () => ({
      names: names.remember(),
      seen: [...seen.values()],
      credits: [...credits].map(([name, { amounts }]) => [name, amounts]),
      total,
    }),
    mark: () => (marked ??= JSON.stringify([names.remember(), [...seen.values()].map(([pid, , name]) => [pid, name])])),
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

/** What is not known of all processes is told of none: the sum of the others would pass for the whole. */
function toUsage(
  name: string,
  amounts: Amounts,
  group: readonly ProcessReading[],
  all: ProcessesUsage,
): ExecutableUsage {
  return {
    name,
    ...toCounters(amounts, all),
    ...sumLevels(group),
    ...(all.fileDescriptors && { fileDescriptors: sumFileDescriptors(group) }),
    ...(all.pssBytes !== undefined && { pssBytes: sumPss(group) ?? 0 }),
  };
}

function residentOf(group: readonly ProcessReading[]): number {
  const { residentAnonBytes = 0, residentFileBytes = 0, residentShmemBytes = 0 } = sumLevels(group);
  return residentAnonBytes + residentFileBytes + residentShmemBytes;
}

const nameOf = ({ executable }: ProcessReading): string => executable || OTHER;
