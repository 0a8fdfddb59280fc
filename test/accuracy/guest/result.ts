import type { Outcome } from '../parts/row.ts';

export type ScenarioResult = { readonly outcomes: Readonly<Record<string, Outcome>> } | { readonly failure: string };

/** What the guest tells the host, as JSON. */
export type GuestResult = {
  /** Its kernel, with the version that uname says. */
  readonly kernel: string;
  readonly scenarios: Readonly<Record<string, ScenarioResult>>;
  /** Counters that fell. */
  readonly falls: readonly string[];
};

export const RESULT_FILE = 'result.json';
