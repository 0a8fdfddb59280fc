import type { ProcessReading } from '../sources/container-reading.ts';

/**
 * What is counted of a process, and what its parent has of it once it has waited for it (measured; a parent that ignores
 * SIGCHLD has nothing of it): `children` is added to the parent's fields of its children, `own` to the parent's own
 * value, and `none` is gone with the process.
 */
const INHERITANCE = [
  ['userTicks', 'children'],
  ['systemTicks', 'children'],
  ['minorFaults', 'children'],
  ['majorFaults', 'children'],
  ['readBytes', 'own'],
  ['writeBytes', 'own'],
  ['voluntarySwitches', 'none'],
  ['involuntarySwitches', 'none'],
] as const;

type Counter = (typeof INHERITANCE)[number][0];

/** One value for each counter, in the order of the table. A value is absent (null in JSON) until it was read once. */
export type Counts = readonly (number | undefined)[];

export type Totals = { [counter in Counter]?: number | undefined };

/** A process as it was last seen. Identity is (pid, start time): a pid alone is reused. */
export type Seen = {
  readonly pid: number;
  readonly parentPid: number;
  readonly startTimeTicks: number;
  /** It has ended and its children have been handed over, but nobody has waited for it yet. */
  readonly isDefunct: boolean;
  /** Its own values and those of the children it waited for; none ever falls. */
  readonly total: Counts;
  /** What the next reading is compared with: the children's fields, or what was read where there are none. */
  readonly basis: Counts;
};

/** proc_pid_stat(5), field 3. */
const DEFUNCT_STATES = 'ZXx';

export const COUNTER_COUNT = INHERITANCE.length;
export const COUNTERS: readonly number[] = [...INHERITANCE.keys()];

/** Those that show by themselves whether a child was waited for, since nothing but that makes them grow. */
export const EVIDENCE = COUNTERS.filter((counter) => INHERITANCE[counter]![1] === 'children');

/** Those that are inherited, and that a process may not show though its stat can be read. */
export const UNSEEN_WITH_STAT = COUNTERS.filter((counter) => INHERITANCE[counter]![1] === 'own');

const LOST_WITH_THREADS = COUNTERS.filter((counter) => INHERITANCE[counter]![1] === 'none');

/** The process as it is now: `before` is how it was last seen, where it was. */
export function see(reading: ProcessReading, before: Seen | undefined): Seen {
  const { pid, parentPid, startTimeTicks, state } = reading.stat;
  const own = ownOf(reading);
  const children = childrenOf(reading);
  const total: (number | undefined)[] = [];
  const basis: (number | undefined)[] = [];
  for (let counter = 0; counter < COUNTER_COUNT; counter++) {
    const inheritance = INHERITANCE[counter]![1];
    const value = own[counter];
    const last = before?.total[counter];
    const lastBasis = before?.basis[counter] ?? 0;
    if (value === undefined) {
      // Read before and not now, as of a zombie: what it was stays.
      total[counter] = last;
      basis[counter] = before?.basis[counter];
    } else if (inheritance === 'children') {
      const ofChildren = Math.max(lastBasis, children[counter]!);
      basis[counter] = ofChildren;
      total[counter] = Math.max((last ?? 0) - lastBasis, value) + ofChildren;
    } else if (inheritance === 'own') {
      total[counter] = Math.max(last ?? 0, value);
      basis[counter] = total[counter];
    } else {
      // The sum over its living threads falls when one of them ends.
      total[counter] = (last ?? 0) + Math.max(0, value - lastBasis);
      basis[counter] = value;
    }
  }
  return { pid, parentPid, startTimeTicks, isDefunct: DEFUNCT_STATES.includes(state), total, basis };
}

/** At most so much of its growth came to the process from children that it waited for. */
export function inheritedSince(before: Seen | undefined, now: Seen): number[] {
  return COUNTERS.map((counter) =>
    INHERITANCE[counter]![1] === 'none' ? 0 : (now.basis[counter] ?? 0) - (before?.basis[counter] ?? 0),
  );
}

/** What the kernel does not say any more of a process that lives: of threads that ended. */
export function unrepeatableOf({ total, basis }: Seen): number {
  let sum = 0;
  for (const counter of LOST_WITH_THREADS) sum += (total[counter] ?? 0) - (basis[counter] ?? 0);
  return sum;
}

/** Whether `unrepeatableOf` can be other than nothing. */
export function isLossy({ basis }: Seen): boolean {
  return LOST_WITH_THREADS.some((counter) => basis[counter] !== undefined);
}

/** A pid alone is reused. */
export type Identity = Pick<Seen, 'pid' | 'startTimeTicks'>;

export function isSame(a: Seen | undefined, b: Identity): a is Seen {
  return a !== undefined && a.pid === b.pid && a.startTimeTicks === b.startTimeTicks;
}

export function toTotals(counts: Counts): Totals {
  const totals: Totals = {};
  for (let counter = 0; counter < COUNTER_COUNT; counter++) totals[INHERITANCE[counter]![0]] = counts[counter];
  return totals;
}

function ownOf({ stat, io, contextSwitches }: ProcessReading): Counts {
  return [
    stat.userTicks,
    stat.systemTicks,
    stat.minorFaults,
    stat.majorFaults,
    io?.readBytes,
    io?.writeBytes,
    contextSwitches?.voluntary,
    contextSwitches?.involuntary,
  ];
}

function childrenOf({ stat }: ProcessReading): readonly number[] {
  return [stat.childrenUserTicks, stat.childrenSystemTicks, stat.childrenMinorFaults, stat.childrenMajorFaults];
}
