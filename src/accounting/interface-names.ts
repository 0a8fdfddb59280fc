import { LIMITS } from '../limits.ts';
import { combine, type InterfaceCounters, ZERO } from './interface-counters.ts';

/** What is known of one name beside the interface of the kernel's that has it now. */
type Named = {
  /** What its total has of interfaces that are gone. */
  readonly carried: InterfaceCounters;
  /** Since when its total runs, as Unix time in milliseconds, where that is not since all others do. */
  readonly startMs?: number | undefined;
};

/** All that is remembered of names, as plain data. */
export type InterfaceNamesMemory = {
  readonly names: readonly (readonly [name: string, Named])[];
  /** Whether a name was ever forgotten. */
  readonly hasForgotten: boolean;
};

export type InterfaceNames = {
  carriedBy(name: string): InterfaceCounters;
  startOf(name: string): number | undefined;
  carry(name: string, counters: InterfaceCounters): void;
  /** To be called for each name that was not there at the last reading, with the time of that. */
  appear(name: string, lastMs: number | undefined): void;
  /** Drops what is too much, of names that are not there, and answers which. */
  forget(isThere: (name: string) => boolean): readonly string[];
  /** From now on these are all names, and so much is carried by each. */
  beginAnew(carried: ReadonlyMap<string, InterfaceCounters>): void;
  remember(): InterfaceNamesMemory;
};

/** Names of one container, those that are not there included. */
const MAX_REMEMBERED = LIMITS.interfacesRemembered.max;

/**
 * A container may make as many interfaces as it likes and call each by another name, so names that are not there are
 * forgotten at some time. One that comes back cannot be told then from one that was never there, and its total would
 * seem to have fallen: so from the first name on that was forgotten, the series of a name that is not remembered begins
 * at the reading before it appeared.
 */
export function createInterfaceNames(memory?: InterfaceNamesMemory): InterfaceNames {
  /** The name that went first comes first. */
  let names = new Map<string, Named>(memory?.names);
  let hasForgotten = memory?.hasForgotten ?? false;

  return {
    carriedBy: (name) => names.get(name)?.carried ?? ZERO,
    startOf: (name) => names.get(name)?.startMs,
    carry(name, counters) {
      const before = names.get(name);
      names.delete(name);
      names.set(name, { ...before, carried: combine(before?.carried ?? ZERO, counters, 1) });
    },
    appear(name, lastMs) {
      if (hasForgotten && !names.has(name)) names.set(name, { carried: ZERO, startMs: lastMs });
    },
    forget(isThere) {
      const forgotten: string[] = [];
      let excess = names.size - MAX_REMEMBERED;
      if (excess <= 0) return forgotten;
      for (const name of names.keys()) {
        if (excess === 0) break;
        if (isThere(name)) continue;
        names.delete(name);
        forgotten.push(name);
        excess -= 1;
      }
      hasForgotten ||= forgotten.length > 0;
      return forgotten;
    },
    beginAnew(carried) {
      names = new Map([...carried].map(([name, counters]) => [name, { carried: counters }]));
    },
    remember: () => ({ names: [...names], hasForgotten }),
  };
}
