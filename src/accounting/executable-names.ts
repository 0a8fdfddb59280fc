import { LIMITS } from '../limits.ts';

/** What is not told apart by name. An executable of that name is part of it. */
export const OTHER = 'other';

/** What an executable used since the last reading, and holds now. */
export type ExecutableLoad = { readonly cpuTicks: number; readonly residentBytes: number };

export type ExecutableNames = {
  /** Those that are told apart from now on. */
  choose(loads: ReadonlyMap<string, ExecutableLoad>): ReadonlySet<string>;
  remember(): NamesMemory;
};

export type NamesMemory = { readonly shown: readonly string[]; readonly hidden: readonly string[] };

/** Executables of one container that are told apart. */
const MAX_SHOWN = LIMITS.executables.max;

/** Readings in a row in which one must be there before it is told apart, and be missing before it gives up its place. */
const READINGS_UNTIL_SHOWN = 3;
const READINGS_UNTIL_VACANT = 3;

/** Names that gave up their place are remembered; of more than that, no place is given up any more. */
const MAX_HIDDEN = LIMITS.executablesRemembered.max;

/**
 * Chooses names that stay, since every change ends series and begins others: the first reading's top by CPU and by
 * memory are told apart at once, later ones when they are not just passing. A name keeps its place while the executable
 * runs, and after that until another needs it. One that gave up its place stays in `other` for ever: what it used before
 * is counted there, and a counter that begins again would seem to fall.
 */
export function createExecutableNames(memory?: NamesMemory): ExecutableNames {
  /** Readings in a row in which each was missing. */
  const shown = new Map<string, number>(memory?.shown.map((name) => [name, 0]));
  const hidden = new Set(memory?.hidden);
  /** Readings in a row in which each was there. */
  let waiting = new Map<string, number>();
  let isFirst = memory === undefined;

  function makeRoom(): boolean {
    if (shown.size < MAX_SHOWN) return true;
    if (hidden.size >= MAX_HIDDEN) return false;
    const [longest] = [...shown].sort(([, a], [, b]) => b - a);
    if (!longest || longest[1] < READINGS_UNTIL_VACANT) return false;
    shown.delete(longest[0]);
    hidden.add(longest[0]);
    return true;
  }

  return {
    choose(loads) {
      for (const [name, missing] of shown) shown.set(name, loads.has(name) ? 0 : missing + 1);
      const candidates = [...loads.keys()].filter((name) => name !== OTHER && !shown.has(name) && !hidden.has(name));
      waiting = new Map(candidates.map((name) => [name, (waiting.get(name) ?? 0) + 1]));
      const needed = isFirst ? 1 : READINGS_UNTIL_SHOWN;
      isFirst = false;
      for (const name of ranked(candidates, loads)) {
        if (waiting.get(name)! < needed) continue;
        if (!makeRoom()) break;
        shown.set(name, 0);
      }
      return new Set(shown.keys());
    },
    remember: () => ({ shown: [...shown.keys()], hidden: [...hidden] }),
  };
}

/** By the better of two places: that by CPU and that by memory. */
function ranked(names: readonly string[], loads: ReadonlyMap<string, ExecutableLoad>): string[] {
  const places = (key: keyof ExecutableLoad): ReadonlyMap<string, number> => {
    const using = names.filter((name) => loads.get(name)![key] > 0);
    const ordered = using.sort((a, b) => loads.get(b)![key] - loads.get(a)![key]);
    return new Map(ordered.map((name, place) => [name, place]));
  };
  const [byCpu, byMemory] = [places('cpuTicks'), places('residentBytes')];
  const place = (name: string): number => Math.min(byCpu.get(name) ?? names.length, byMemory.get(name) ?? names.length);
  return [...names].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}
