import type { ProcessReading } from '../sources/container-reading.ts';
import { TICKS_PER_SECOND } from './processes.ts';
import type { ProcessesUsage, ProcessGroupUsage } from './usage.ts';

/** One value for each counter, in the order of the table. */
export type Amounts = readonly number[];

type Counter = {
  /** What a living process used itself, without what it has of children that it waited for. */
  readonly own: (process: ProcessReading) => number | undefined;
  readonly total: (usage: ProcessesUsage) => number | undefined;
};

const toTicks = (seconds: number): number => Math.round(seconds * TICKS_PER_SECOND);

/**
 * What is told apart by executable. Bytes of storage are not: the kernel adds those of a child that was waited for to its
 * parent's own, so that a shell seems to read what its commands have read.
 */
const COUNTERS: readonly Counter[] = [
  { own: ({ stat }) => stat.userTicks, total: ({ cpuUserSeconds }) => toTicks(cpuUserSeconds) },
  { own: ({ stat }) => stat.systemTicks, total: ({ cpuSystemSeconds }) => toTicks(cpuSystemSeconds) },
  { own: ({ stat }) => stat.minorFaults, total: ({ faults }) => faults?.minor },
  { own: ({ stat }) => stat.majorFaults, total: ({ faults }) => faults?.major },
  { own: ({ contextSwitches: of }) => of?.voluntary, total: ({ contextSwitches: of }) => of?.voluntary },
  { own: ({ contextSwitches: of }) => of?.involuntary, total: ({ contextSwitches: of }) => of?.involuntary },
];

export const NO_AMOUNTS: Amounts = COUNTERS.map(() => 0);

/** What could not be read this time is as it was `before`. */
export function ownOf(process: ProcessReading, before: Amounts): Amounts {
  return COUNTERS.map(({ own }, counter) => own(process) ?? before[counter]!);
}

export function totalOf(usage: ProcessesUsage, before: Amounts): Amounts {
  return COUNTERS.map(({ total }, counter) => total(usage) ?? before[counter]!);
}

export const add = (a: Amounts, b: Amounts): Amounts => a.map((each, counter) => each + b[counter]!);
export const subtract = (a: Amounts, b: Amounts): Amounts => a.map((each, counter) => each - b[counter]!);
export const lesser = (a: Amounts, b: Amounts): Amounts => a.map((each, counter) => Math.min(each, b[counter]!));
/** By how much each has grown; what has fallen has not. */
export const growthOf = (from: Amounts, to: Amounts): Amounts => subtract(to, from).map((each) => Math.max(0, each));
export const hasFallen = (from: Amounts, to: Amounts): boolean => to.some((each, counter) => each < from[counter]!);

/** Of one executable, what is known of all processes. */
export function toCounters(
  [user = 0, system = 0, minor = 0, major = 0, voluntary = 0, involuntary = 0]: Amounts,
  { faults, contextSwitches }: ProcessesUsage,
): Pick<ProcessGroupUsage, 'cpuUserSeconds' | 'cpuSystemSeconds' | 'faults' | 'contextSwitches'> {
  return {
    cpuUserSeconds: user / TICKS_PER_SECOND,
    cpuSystemSeconds: system / TICKS_PER_SECOND,
    ...(faults && { faults: { minor, major } }),
    ...(contextSwitches && { contextSwitches: { voluntary, involuntary } }),
  };
}

export const cpuTicksOf = ([user = 0, system = 0]: Amounts): number => user + system;
