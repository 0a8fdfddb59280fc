import type { IndexedInterface } from '../sources/interfaces.ts';
import type { NetworkInterface } from '../sources/proc/net-dev.ts';

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

export type InterfaceAccount = {
  /** Totals by name since the container's start, of the interfaces that are there now. */
  account(interfaces: readonly IndexedInterface[]): NetworkInterface[];
};

/**
 * Interfaces come and go in a container's life (`docker network disconnect` and `connect`). A series is known by the
 * interface's name, and the kernel's interface by its index: what an interface that is gone has carried stays in the
 * total of its name, and one that was renamed does not bring along what was reported under its old name.
 */
export function createInterfaceAccount(): InterfaceAccount {
  let known = new Map<string, Known>();
  const carried = new Map<string, Counters>();

  return {
    account(interfaces) {
      const next = new Map<string, Known>();
      for (const each of interfaces) {
        const key = each.index === undefined ? each.name : String(each.index);
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
      known = next;
      return [...next.values()].filter(({ present }) => present).map(total);
    },
  };

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
const MAX_REMEMBERED = 1_024;

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
