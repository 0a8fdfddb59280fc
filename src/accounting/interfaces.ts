import { LIMITS } from '../limits.ts';
import type { IndexedInterface } from '../sources/interfaces.ts';
import { combine, countersOf, goesOn, type InterfaceCounters, ZERO } from './interface-counters.ts';
import { createInterfaceNames, type InterfaceNamesMemory } from './interface-names.ts';
import type { Past } from './past.ts';
import type { InterfaceUsage } from './usage.ts';

/** One interface of the kernel's. */
type Known = {
  readonly name: string;
  readonly last: InterfaceCounters;
  /** What of its counters is not this name's to report. */
  readonly base: InterfaceCounters;
  readonly present: boolean;
};

/** All that is remembered of one container's interfaces, as plain data. */
export type InterfaceMemory = InterfaceNamesMemory & {
  readonly known: readonly (readonly [key: string, Known])[];
  /** When they were read last, as Unix time in milliseconds; only where names were forgotten, which need it. */
  readonly lastMs?: number | undefined;
};

export type InterfaceAccount = {
  /** Totals by name since the container's start, or since the name's own, of the interfaces that are there now. */
  account(interfaces: readonly IndexedInterface[], unixMs: number): readonly InterfaceUsage[];
  /** Names that the last reading made it forget. */
  forgotten(): readonly string[];
  remember(): InterfaceMemory;
  /** Changes whenever something changed that the kernel would not say again. */
  mark(): string;
  /** Known from the first reading on. */
  past(): Past;
  /** Whether the totals were counted from zero at the first reading. */
  beganAnew(): boolean;
};

/** Interfaces of one container, those taken away included. */
const MAX_REMEMBERED = LIMITS.interfacesRemembered.max;

/**
 * Interfaces come and go in a container's life (`docker network disconnect` and `connect`). A series is known by the
 * interface's name, and the kernel's interface by its index: what an interface that is gone has carried stays in the
 * total of its name, and one that was renamed does not bring along what was reported under its old name.
 */
export function createInterfaceAccount(memory?: InterfaceMemory, before: Past = 'known'): InterfaceAccount {
  let known: ReadonlyMap<string, Known> = new Map(memory?.known);
  const names = createInterfaceNames(memory);
  let lastMs = memory?.lastMs;
  let forgotten: readonly string[] = [];
  let past = before;
  let isAnew = false;
  let last: { readonly read: readonly IndexedInterface[]; readonly usages: readonly InterfaceUsage[] } | undefined;
  /** Made when it is asked for: few readings change it. */
  let mark: string | undefined;

  return {
    account(interfaces, unixMs) {
      // The same object read again says that nothing has changed.
      if (last?.read === interfaces) {
        forgotten = [];
        lastMs = unixMs;
        return last.usages;
      }
      const before = withIndexes(known, interfaces);
      const next = compare(before, interfaces);
      const isChanged = before !== known || isOther(before, next);
      const began = past === 'unknown' || (past === 'known if unchanged' && isChanged);
      forgotten = isChanged ? forget(before, next, lastMs === undefined ? undefined : Math.min(lastMs, unixMs)) : [];
      known = next;
      if (began) beginAnew();
      if (isChanged || began) mark = undefined;
      past = 'known';
      lastMs = unixMs;
      last = { read: interfaces, usages: present(known).map(total) };
      return last.usages;
    },
    forgotten: () => forgotten,
    remember() {
      const remembered = names.remember();
      // It would make another state of each reading.
      return { known: [...known], ...remembered, ...(remembered.hasForgotten && { lastMs }) };
    },
    mark: () => (mark ??= markOf(known, names.remember())),
    past: () => past,
    beganAnew: () => isAnew,
  };

  /** The interfaces as they are now, and those that were taken away; what these counted is carried by their names. */
  function compare(before: ReadonlyMap<string, Known>, interfaces: readonly IndexedInterface[]): Map<string, Known> {
    const next = new Map<string, Known>();
    for (const each of interfaces) {
      const key = keyOf(each, before);
      const was = before.get(key);
      const base = baseOf(each, was);
      next.set(key, { name: each.name, last: countersOf(each), base, present: true });
      if (was?.present && base !== was.base) carry(was);
    }
    for (const [key, was] of before) {
      if (next.has(key)) continue;
      if (was.present) carry(was);
      // An interface that was taken away may be put back: with its index it brings its counters along.
      if (next.size < MAX_REMEMBERED) next.set(key, { ...was, present: false });
    }
    return next;
  }

  function carry({ name, last, base }: Known): void {
    names.carry(name, combine(last, base, -1));
  }

  function forget(
    before: ReadonlyMap<string, Known>,
    next: Map<string, Known>,
    lastMs: number | undefined,
  ): readonly string[] {
    const [wereThere, areThere] = [before, next].map((each) => new Set(present(each).map(({ name }) => name)));
    for (const name of areThere!) if (!wereThere!.has(name)) names.appear(name, lastMs);
    const tooMuch = new Set(names.forget((name) => areThere!.has(name)));
    for (const [key, { name }] of next) if (tooMuch.has(name)) next.delete(key);
    return [...tooMuch];
  }

  function beginAnew(): void {
    isAnew = true;
    const totals = present(known).map(
      (each) => [each.name, combine(names.carriedBy(each.name), total(each), -1)] as const,
    );
    names.beginAnew(new Map(totals));
  }

  function total({ name, last, base }: Known): InterfaceUsage {
    const startMs = names.startOf(name);
    const counters = combine(combine(last, base, -1), names.carriedBy(name), 1);
    return { name, ...counters, ...(startMs !== undefined && { startMs }) };
  }
}

/** The same interfaces where one that is there had no index when it was read before, and now has. */
function withIndexes(
  known: ReadonlyMap<string, Known>,
  interfaces: readonly IndexedInterface[],
): ReadonlyMap<string, Known> {
  let indexed: Map<string, Known> | undefined;
  for (const { name, index } of interfaces) {
    if (index === undefined || known.has(String(index))) continue;
    const nameless = known.get(name);
    if (!nameless?.present) continue;
    indexed ??= new Map(known);
    indexed.delete(name);
    indexed.set(String(index), nameless);
  }
  return indexed ?? known;
}

/** Where the index could not be read, now or before, the one that is there under this name is the same. */
function keyOf({ name, index }: IndexedInterface, known: ReadonlyMap<string, Known>): string {
  if (index !== undefined) return String(index);
  return [...known].find(([, before]) => before.present && before.name === name)?.[0] ?? name;
}

/** What was reported of the same interface of the kernel before, under another name or before it was away. */
function baseOf(now: IndexedInterface, before: Known | undefined): InterfaceCounters {
  if (before === undefined || !goesOn(before.last, now)) return { ...ZERO };
  return before.present && before.name === now.name ? before.base : before.last;
}

const present = (interfaces: ReadonlyMap<string, Known>): Known[] =>
  [...interfaces.values()].filter((each) => each.present);

function isOther(before: ReadonlyMap<string, Known>, next: ReadonlyMap<string, Known>): boolean {
  if (before.size !== next.size) return true;
  for (const [key, { name, base, present }] of next) {
    const was = before.get(key);
    if (was?.name !== name || was.base !== base || was.present !== present) return true;
  }
  return false;
}

function markOf(known: ReadonlyMap<string, Known>, { names }: InterfaceNamesMemory): string {
  return JSON.stringify([
    [...known].map(([key, { name, base, present }]) => [key, name, Object.values(base), present]),
    names.map(([name, { carried, startMs }]) => [name, Object.values(carried), startMs]),
  ]);
}
