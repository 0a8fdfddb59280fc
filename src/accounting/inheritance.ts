import { COUNTERS, EVIDENCE, type Seen } from './process-counters.ts';
import { serve } from './serve.ts';

/**
 * A process that was seen and is not any more. Either a process of the container waited for it, whose counters then grew
 * by at least as much, or its values are gone with it.
 */
export type Missing = {
  readonly process: Seen;
  /** Pids of all that may come to wait for it, its parent first. */
  readonly ancestors: readonly number[];
  /** Whether an ancestor was never seen, so that any older process may be one. */
  readonly isOpen: boolean;
  /** Its values, less what is taken as inherited. */
  rest: number[];
  /** Whether it may be alive after all. Then what is taken as inherited, and by whom, can turn out to be another's. */
  mayLive: boolean;
  taken: Readonly<Record<number, readonly number[]>>;
  /** Whether some ancestor once grew by as much as it in every counter that shows. */
  mayBeInherited: boolean;
  /** Readings that were taken without it, since it could last be said that something of it may still come. */
  readings: number;
};

export type Processes = ReadonlyMap<number, Seen>;

/** By how much the counters of each process grew. */
export type Growth = Map<number, readonly number[]>;

/** After so many readings an heir has shown what it inherited: it may have been read just before it waited. */
export const READINGS_UNTIL_SHOWN = 2;

/**
 * Takes out of the missing what was inherited, as far as it can be known: each one either is in the growth of an
 * ancestor as a whole or is not. One that no ancestor grew enough for is not. Of the others no more is left than what
 * the growth of their ancestors cannot hold, however it is shared out among them. So what is left was never inherited,
 * and adding it to the living counts nothing twice:
 *
 * Those whose time is up are served before those that have another reading to come, and of these the ones with fewer
 * ancestors first. Were one served by what another brought, the other can be served in its stead when its own comes:
 * whoever may inherit the one may inherit the other. (Service with deadlines, the earliest first, is never late with
 * more than any other order is; the true order is one of them, and late with what was not inherited.)
 *
 * `spare` is what was taken for processes that may live, to be given out anew.
 */
export function settle(missing: readonly Missing[], now: Processes, growth: Growth, spare: Growth): void {
  const candidates: { readonly missing: Missing; readonly sources: readonly number[] }[] = [];
  for (const each of missing) {
    const heirs = heirsOf(each, now);
    each.mayBeInherited ||= heirs.some((heir) => holds(growth.get(heir)!, each.process));
    // What was found before comes first: it may be all that there is of this one.
    const sources = [...spareOf(each, heirs, spare).map(asSpare), ...heirs];
    if (each.mayBeInherited) candidates.push({ missing: each, sources });
  }
  candidates.sort((a, b) => b.missing.readings - a.missing.readings || a.sources.length - b.sources.length);
  for (const counter of COUNTERS) {
    const supply = new Map<number, number>();
    for (const [pid, amounts] of growth) supply.set(pid, amounts[counter]!);
    for (const [pid, amounts] of spare) supply.set(asSpare(pid), amounts[counter]!);
    const demands = candidates.map(({ missing: { rest }, sources }) => ({ amount: rest[counter]!, sources }));
    for (const [index, served] of serve(demands, supply).entries()) {
      for (const [source, amount] of served) take(candidates[index]!.missing, Math.abs(source), counter, amount);
    }
  }
}

/** The spare of a process is a source of its own. */
const asSpare = (pid: number): number => -pid;

/** Takes back what was taken for processes that may live. */
export function takeBack(missing: readonly Missing[]): Growth {
  const spare: Growth = new Map();
  for (const each of missing) {
    for (const [pid, amounts] of Object.entries(each.taken)) {
      each.rest = plus(each.rest, amounts);
      spare.set(Number(pid), plus(spare.get(Number(pid)), amounts));
    }
    each.taken = {};
  }
  return spare;
}

function take(missing: Missing, pid: number, counter: number, amount: number): void {
  if (amount === 0) return;
  missing.rest[counter]! -= amount;
  if (!missing.mayLive) return;
  const amounts = COUNTERS.map((each) => (each === counter ? amount : 0));
  missing.taken = { ...missing.taken, [pid]: plus(missing.taken[pid], amounts) };
}

function holds(grown: readonly number[], { total }: Seen): boolean {
  return EVIDENCE.every((counter) => grown[counter]! >= (total[counter] ?? 0));
}

/** The parent where it lives; else any ancestor that is there. An ancestor is never younger: its pid may be reused. */
function heirsOf({ process, ancestors, isOpen }: Missing, now: Processes): readonly number[] {
  const isOlder = (pid: number): boolean => (now.get(pid)?.startTimeTicks ?? Infinity) <= process.startTimeTicks;
  const parent = ancestors[0];
  if (parent !== undefined && isOlder(parent) && !now.get(parent)!.isDefunct) return [parent];
  return (isOpen ? [...now.keys()] : ancestors).filter(isOlder);
}

/** Ancestors that once grew by what may have been this one. */
function spareOf({ ancestors, isOpen }: Missing, heirs: readonly number[], spare: Growth): number[] {
  const possible = heirs.length === 1 && heirs[0] === ancestors[0] ? heirs : ancestors;
  return [...spare.keys()].filter((pid) => isOpen || possible.includes(pid));
}

const plus = (a: readonly number[] | undefined, b: readonly number[]): number[] =>
  COUNTERS.map((counter) => (a?.[counter] ?? 0) + b[counter]!);
