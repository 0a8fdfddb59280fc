import { beforeAll, describe, expect, it } from 'vitest';
import { type Outcome, objection, type Row } from './row.ts';
import { type Phase, rowsOfScenario, type Scenario } from './scenario.ts';
import type { World } from './world.ts';

/** What the reporter finds in a test's meta data: a line of docs/accuracy.md. */
export type MeasuredRow = { readonly row: Row; readonly outcome: Outcome };

declare module 'vitest' {
  interface TaskMeta {
    accuracy?: MeasuredRow;
  }
}

const PHASE_TIMEOUT_MS = 120_000;

/** One test for each row; the scenarios of a phase run at once before them. */
export function describePhases(engine: string, phases: readonly Phase[], world: () => World): void {
  for (const phase of phases) {
    describe(phase.name, () => {
      const results = new Map<Scenario, PromiseSettledResult<Readonly<Record<string, Outcome>>>>();
      beforeAll(async () => {
        // One scenario that breaks costs its own rows only.
        const settled = await Promise.allSettled(phase.scenarios.map(async (each) => each.run(world())));
        phase.scenarios.forEach((each, index) => void results.set(each, settled[index]!));
      }, PHASE_TIMEOUT_MS);
      for (const each of phase.scenarios) describeRows(engine, each, () => results.get(each)!);
    });
  }
}

function describeRows(
  engine: string,
  each: Scenario,
  result: () => PromiseSettledResult<Readonly<Record<string, Outcome>>>,
): void {
  const keys = Object.keys(each.rows);
  rowsOfScenario(engine, each).forEach((row, index) => {
    it(`${row.scenario}: ${row.value}`, ({ task }) => {
      const settled = result();
      if (settled.status === 'rejected') throw settled.reason;
      const outcome = settled.value[keys[index]!]!;
      task.meta.accuracy = { row, outcome };
      expect(objection(row, outcome)).toBeUndefined();
    });
  });
}
