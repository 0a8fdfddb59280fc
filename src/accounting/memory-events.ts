import type { ChildMemoryEvents } from '../sources/cgroup/child-memory-events.ts';
import type { MemoryEvents } from '../sources/cgroup/memory-events.ts';

/** What v1 counts. */
const COUNTERS = ['max', 'oomKill'] as const;
type Counts = { readonly [counter in (typeof COUNTERS)[number]]: number };

/** All that is remembered of the cgroups below a container's, as plain data. */
export type MemoryEventsMemory = {
  readonly children: readonly (readonly [path: string, Counts])[];
  /** Of those that are gone. */
  readonly carry: Counts;
};

export type MemoryEventsAccount = {
  /** `children`: absent where the kernel includes them, or nobody could say which there are. */
  account(events: MemoryEvents, children: ChildMemoryEvents | undefined): MemoryEvents;
  remember(): MemoryEventsMemory;
};

const NONE: Counts = { max: 0, oomKill: 0 };

/**
 * Adds what cgroups below the container's count for themselves, those that are gone included, so that no total falls
 * when one is removed. Without such cgroups the container's own counts are all, and need no memory.
 */
export function createMemoryEventsAccount(memory?: MemoryEventsMemory): MemoryEventsAccount {
  let known = new Map<string, Counts>(memory?.children);
  let carry: Counts = memory && hasSome(memory.carry) ? memory.carry : NONE;

  function take(children: ChildMemoryEvents): void {
    if (children.size === 0 && known.size === 0) return;
    const next = new Map<string, Counts>();
    for (const [path, events] of children) {
      const before = known.get(path) ?? NONE;
      const now = combine((counter) => events[counter] ?? before[counter]);
      // Under the same name there is another one.
      const isNew = COUNTERS.some((counter) => now[counter] < before[counter]);
      if (isNew) carry = add(carry, before);
      next.set(path, now);
    }
    for (const [path, before] of known) if (!next.has(path)) carry = add(carry, before);
    known = next;
  }

  return {
    account(events, children) {
      if (children) take(children);
      const hasNothing = known.size === 0 && carry === NONE;
      return hasNothing ? events : totalOf(events, known, carry);
    },
    remember: () => ({ children: [...known], carry }),
  };
}

/** What the container's own cgroup does not say is not known of all. */
function totalOf(events: MemoryEvents, children: ReadonlyMap<string, Counts>, carry: Counts): MemoryEvents {
  let sum = carry;
  for (const counts of children.values()) sum = add(sum, counts);
  const total = (counter: keyof Counts): number | undefined =>
    events[counter] === undefined ? undefined : events[counter] + sum[counter];
  return { ...events, max: total('max'), oomKill: total('oomKill') };
}

const hasSome = (counts: Counts): boolean => COUNTERS.some((counter) => counts[counter] !== 0);
const add = (a: Counts, b: Counts): Counts => combine((counter) => a[counter] + b[counter]);
const combine = (of: (counter: keyof Counts) => number): Counts => ({ max: of('max'), oomKill: of('oomKill') });
