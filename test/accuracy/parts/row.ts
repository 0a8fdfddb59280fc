/** A number in the row's unit, or a word where the value is none (a name, a state, `none` for no series at all). */
export type Value = number | string;

export type Unit = 's' | 'By' | 'cpus' | 'count' | 'word';

/** How far Plimsoll's value may be from the truth, in the row's unit. */
export type Bound = {
  readonly below: number;
  readonly above: number;
  /** Key of the explanation in bounds.ts. */
  readonly because: string;
};

/** One line of the table, as far as it is known before anything is measured. */
export type Row = {
  readonly engine: string;
  readonly scenario: string;
  /** The metric, with what tells it from others of the scenario. */
  readonly value: string;
  readonly unit: Unit;
  readonly bound: Bound;
};

export type Measured = {
  readonly truth: Value;
  /** `none` where there is no series. */
  readonly plimsoll: Value;
  /** The engine's stats API; absent where it has no such value. */
  readonly stats?: Value | undefined;
  /** The method of 2021; absent where it has no such value. */
  readonly old?: Value | undefined;
};

/** What this machine does not have, and what stands in for it. */
export type NotSeenLive = { readonly notSeenLive: string };

export type Outcome = Measured | NotSeenLive;

/** What is wrong with an outcome; undefined where it lies within its bound. */
export function objection({ value, unit, bound }: Row, outcome: Outcome): string | undefined {
  if ('notSeenLive' in outcome) return undefined;
  const { truth, plimsoll } = outcome;
  if (typeof truth === 'string' || typeof plimsoll === 'string')
    return truth === plimsoll ? undefined : `${value} is ${plimsoll}, and the truth is ${truth}`;
  const off = plimsoll - truth;
  // What is computed in floating point may differ in the last digits.
  const slack = 1e-9 * Math.max(1, Math.abs(truth));
  if (off >= -bound.below - slack && off <= bound.above + slack) return undefined;
  return `${value} is ${plimsoll} ${unit}, and the truth is ${truth}: off by ${off}, with ${-bound.below} to +${bound.above} allowed`;
}
