import type { Bound, Outcome, Row, Unit } from './row.ts';
import type { World } from './world.ts';

type RowKey = readonly [value: string, unit: Unit, bound: Bound];

export type Scenario<Keys extends string = string> = {
  readonly name: string;
  readonly rows: Readonly<Record<Keys, RowKey>>;
  /** Makes it happen and measures it: an outcome for every row. */
  run(world: World): Promise<Readonly<Record<Keys, Outcome>>>;
};

/** Lets the compiler see that a scenario gives what its rows promise. */
export const scenario = <Keys extends string>(it: Scenario<Keys>): Scenario => it as unknown as Scenario;

/** Scenarios that run at the same time, because none disturbs the other. */
export type Phase = { readonly name: string; readonly scenarios: readonly Scenario[] };

/** All rows of an engine in the order of the table. */
export function rowsOf(engine: string, phases: readonly Phase[]): Row[] {
  return phases.flatMap(({ scenarios }) => scenarios.flatMap((each) => rowsOfScenario(engine, each)));
}

export function rowsOfScenario(engine: string, { name, rows }: Scenario): Row[] {
  return Object.values(rows).map(([value, unit, bound]) => ({ engine, scenario: name, value, unit, bound }));
}
