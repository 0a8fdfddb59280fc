import { LIMITS } from '../limits.ts';

/** Counters of one subject by name; what the kernel did not say is absent. */
export type Counters = Readonly<Record<string, number | undefined>>;

/** The highest that was said of each counter, as plain data, by subject. */
export type FloorMemory = readonly (readonly [subject: string, floor: Counters])[];

export type Floors = {
  /** The counters as they were read, none below what was said of it before. */
  hold<T extends Counters>(subject: string, counters: T): T;
  remember(): FloorMemory;
};

/**
 * The rule for counters that go out as the kernel says them: none falls as long as its container runs. The kernel adjusts
 * what it said, a sum lacks a part that could not be read this once, a device is taken away and made anew; such a counter
 * stands still until the kernel is past it again. That may say too little for a while, and never too much.
 */
export function createFloors(memory: FloorMemory = []): Floors {
  /** Where there are many, the subject that was not read for longest comes first. */
  const floors = new Map<string, Counters>(memory);

  return {
    hold(subject, counters) {
      const floor = floors.get(subject);
      const held = notBelow(counters, floor);
      if (floors.size > MANY_SUBJECTS) floors.delete(subject);
      floors.set(subject, floor ? withAbsentOf(floor, held) : held);
      if (floors.size > MAX_SUBJECTS) floors.delete(floors.keys().next().value!);
      return held;
    },
    remember: () => [...floors],
  };
}

/** Few subjects are not block devices, and those are read in each cycle. */
const MAX_SUBJECTS = LIMITS.diskTotalsRemembered.max;
/** From here on the order matters. */
const MANY_SUBJECTS = MAX_SUBJECTS / 2;

/** The same object where nothing is below its floor, as nearly always. */
export function notBelow<T extends Counters>(now: T, floor: Counters | undefined): T {
  if (!floor) return now;
  let held = now;
  // Not `for in`: V8 compiles that for the names that it met first, throws the code away at the next, and so on for ever.
  for (const name of Object.keys(now)) {
    const value = now[name];
    const least = floor[name];
    if (value !== undefined && least !== undefined && value < least) held = { ...held, [name]: least };
  }
  return held;
}

/** A counter that was not read this once keeps its floor. */
function withAbsentOf(floor: Counters, now: Counters): Counters {
  let all = now;
  for (const name of Object.keys(floor)) if (now[name] === undefined) all = { ...all, [name]: floor[name] };
  return all;
}
