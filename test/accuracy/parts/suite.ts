import { beforeAll, describe, expect, it } from 'vitest';
import { type Outcome, objection, type Row } from './row.ts';
import { type Phase, rowsOfScenario, type Scenario } from './scenario.ts';

type Outcomes = Readonly<Record<string, Outcome>>;

/** What the reporter finds in a test's meta data: a line of docs/accuracy.md. */
export type MeasuredRow = {
  readonly row: Row;
  readonly outcome: Outcome;
  /** Where it is another than the one that the suite runs on. */
  readonly kernel?: string;
};

export type PhasesOptions = {
  readonly engine: string;
  readonly phases: readonly Phase[];
  /** What a scenario has measured, or it fails. */
  readonly run: (each: Scenario) => Promise<Outcomes>;
  readonly kernel?: () => string | undefined;
};

declare module 'vitest' {
  interface TaskMeta {
    accuracy?: MeasuredRow;
  }
}

const PHASE_TIMEOUT_MS = 120_000;

/** One test for each row; the scenarios of a phase run at once before them. */
export function describePhases({ engine, phases, run, kernel }: PhasesOptions): void {
  for (const phase of phases) {
    describe(phase.name, () => {
      const results = new Map<Scenario, PromiseSettledResult<Outcomes>>();
      beforeAll(async () => {
        // One scenario that breaks costs its own rows only.
        const settled = await Promise.allSettled(phase.scenarios.map(async (each) => run(each)));
        phase.scenarios.forEach((each, index) => void results.set(each, settled[index]!));
      }, PHASE_TIMEOUT_MS);
      for (const each of phase.scenarios)
        describeRows(rowsOfScenario(engine, each), each, () => results.get(each)!, kernel);
    });
  }
}

function describeRows(
  rows: readonly Row[],
  each: Scenario,
  result: () => PromiseSettledResult<Outcomes>,
  kernel: PhasesOptions['kernel'],
): void {
  const keys = Object.keys(each.rows);
  rows.forEach((row, index) => {
    it(`${row.scenario}: ${row.value}`, ({ task }) => {
      const settled = result();
      if (settled.status === 'rejected') throw settled.reason;
      const outcome = settled.value[keys[index]!]!;
      const other = kernel?.();
      task.meta.accuracy = { row, outcome, ...(other !== undefined && { kernel: other }) };
      expect(objection(row, outcome)).toBeUndefined();
    });
  });
}
