import { LIMITS } from '../limits.ts';
import type { IndexedInterface } from '../sources/interfaces.ts';
import type { NetworkInterface } from '../sources/proc/net-dev.ts';
import type { Past } from './past.ts';

const COUNTERS = [
  'receivedBytes',
  'receivedPackets',
  'receiveErrors',
  'receiveDropped',
  'transmittedBytes',
  'transmittedPackets',
  'transmitErrors',
  'transmitDropped',
] as const satisfies readonly (keyof NetworkInterface)[];

type Counters = Record<(typeof COUNTERS)[number], number>;

/** One interface of the kernel's. */
type Known = {
  readonly name: string;
  readonly last: Counters;
  /** What of its counters is not this name's to report. */
  readonly base: Counters;
  readonly present: boolean;
};

/** All that is remembered of one container's interfaces, as plain data. */
export type InterfaceMemory = {
  readonly known: readonly (readonly [key: string, Known])[];
  readonly carried: readonly (readonly [name: string, Counters])[];
};

export type InterfaceAccount = {
  /** Totals by name since the container's start, of the interfaces that are there now. */
  account(interfaces: readonly IndexedInterface[]): NetworkInterface[];
  remember(): InterfaceMemory;
  /** Changes whenever something changed that the kernel would not say again. */
  mark(): string;
  /** Known from the first reading on. */
  past(): Past;
  /** Whether the totals were counted from zero at the first reading. */
  beganAnew(): boolean;
};

/**
 * Interfaces come and go in a container's life (`docker network disconnect` and `connect`). A series is known by the
 * interface's name, and the kernel's interface by its index: what an interface that is gone has carried stays in the
 * total of its name, and one that was renamed does not bring along what was reported under its old name.
 */
export function createInterfaceAccount(memory?: InterfaceMemory, before: Past = 'known'): InterfaceAccount {
  let known = new Map<string, Known>(memory?.known);
  const carried = new Map<string, Counters>(memory?.carried);
  let past = before;
  let isAnew = false;

  return {
    account(interfaces) {
      const next = new Map<string, Known>();
      for (const each of interfaces) {
        const key = keyOf(each);
        const before = known.get(key);
        const base = baseOf(each, before);
        next.set(key, { name: each.name, last: countersOf(each), base, present: true });
        if (before?.present && base !== before.base) carry(before);
      }
      for (const [key, before] of known) {
        if (next.has(key)) continue;
        if (before.present) carry(before);
        // An interface that was taken away may be put back: with its index it brings its counters along.
        if (next.size < MAX_REMEMBERED) next.set(key, { ...before, present: false });
      }
      const isChanged = past === 'known if unchanged' && mark(known) !== mark(next);
      known = next;
      if (past === 'unknown' || isChanged) beginAnew();
      past = 'known';
      return [...next.values()].filter(({ present }) => present).map(total);
    },
    remember: () => ({ known: [...known], carried: [...carried] }),
    mark: () => mark(known),
    past: () => past,
    beganAnew: () => isAnew,
  };

  /** Where the index could not be read, now or before, the one that is there under this name is the same. */
  function keyOf({ name, index }: IndexedInterface): string {
    if (index === undefined) {
      return [...known].find(([, before]) => before.present && before.name === name)?.[0] ?? name;
    }
    const key = String(index);
    const nameless = known.get(name);
    if (nameless?.present && !known.has(key)) {
      known.delete(name);
      known.set(key, nameless);
    }
    return key;
  }

  function mark(interfaces: ReadonlyMap<string, Known>): string {
    return JSON.stringify([
      [...carried],
      [...interfaces].map(([key, { name, base, present }]) => [key, name, base, present]),
    ]);
  }

  function beginAnew(): void {
    isAnew = true;
    const totals = [...known.values()].filter(({ present }) => present).map(total);
    for (const now of totals) carried.set(now.name, combine(carried.get(now.name) ?? zero(), now, -1));
  }

  /** What was reported of the same interface of the kernel before, under another name or before it was away. */
  function baseOf(now: IndexedInterface, before: Known | undefined): Counters {
    const goesOn = before !== undefined && COUNTERS.every((counter) => now[counter] >= before.last[counter]);
    if (!goesOn) return zero();
    return before.present && before.name === now.name ? before.base : before.last;
  }

  function carry({ name, last, base }: Known): void {
    carried.set(name, combine(carried.get(name) ?? zero(), combine(last, base, -1), 1));
  }

  function total({ name, last, base }: Known): NetworkInterface {
    return { name, ...combine(combine(last, base, -1), carried.get(name) ?? zero(), 1) };
  }
}

/** Interfaces of one container, those taken away included. */
const MAX_REMEMBERED = LIMITS.interfacesRemembered.max;

function countersOf(source: Counters): Counters {
  const counters = zero();
  for (const counter of COUNTERS) counters[counter] = source[counter];
  return counters;
}

function combine(a: Counters, b: Counters, sign: 1 | -1): Counters {
  const sum = zero();
  for (const counter of COUNTERS) sum[counter] = a[counter] + sign * b[counter];
  return sum;
}

function zero(): Counters {
  return {
    receivedBytes: 0,
    receivedPackets: 0,
    receiveErrors: 0,
    receiveDropped: 0,
    transmittedBytes: 0,
    transmittedPackets: 0,
    transmitErrors: 0,
    transmitDropped: 0,
  };
}
