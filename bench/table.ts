import { PLIMSOLL } from './contestants.ts';
import { type Derived, derive } from './derived.ts';
import { STAGES } from './driver/stage-clock.ts';
import { lineThrough } from './line.ts';
import { budgetText, head, numberText, row } from './markdown.ts';
import { peerTables } from './peers/table.ts';
import type { BenchResult, HerdResult } from './result.ts';
import { ROWS } from './rows.ts';

/** The tables of a run, in Markdown. */
export function tables({ herds, dockerHerds }: BenchResult): string {
  const derived = herds.map((herd) => derive(herd, PLIMSOLL.name));
  const synthetic =
    herds.length === 0
      ? []
      : [mainTable(derived), lineText(derived), stageTable(derived), kindTable(herds.at(-1)!)].filter(Boolean);
  return [...peerTables(dockerHerds), ...synthetic].join('\n');
}

function mainTable(derived: readonly Derived[]): string {
  const lines = ROWS.map(({ what, budget = '', most, value, digits }) => {
    const values = derived.map((each) => budgetText(value(each, derived), digits, most?.(each)));
    return row([what, budget, ...values]);
  });
  return `${head(['', 'budget', ...sizes(derived)], 2)}${lines.join('')}`;
}

function lineText(derived: readonly Derived[]): string {
  const { fixedUs, perContainerUs } = lineThrough(derived);
  if (!Number.isFinite(fixedUs)) return '';
  const [fixed, each] = [fixedUs, perContainerUs].map((us) => numberText(us, 0));
  return `The line through all herds: a cycle costs ${fixed} µs of CPU time, and ${each} µs for each container.\n`;
}

function stageTable(derived: readonly Derived[]): string {
  const lines = STAGES.map((stage) => row([stage, ...derived.map(({ stagesUs }) => numberText(stagesUs[stage], 1))]));
  const extra: [string, (each: Derived) => number][] = [
    ['rest of the agent', ({ restUs }) => restUs],
    ['whole cycle', ({ cycleUs }) => cycleUs],
    ['of the stages, helper threads of V8', ({ helpersUs }) => helpersUs],
    ['of the stages, the program stopped for garbage', ({ garbageUs }) => garbageUs],
    ['all stages, idle containers', ({ idleUs }) => idleUs],
    ['all stages, busy containers', ({ busyUs }) => busyUs],
  ];
  const totals = extra.map(([what, value]) => row([what, ...derived.map((each) => numberText(value(each), 1))]));
  return `${head(['stage: CPU µs of a container', ...sizes(derived)], 1)}${[...lines, ...totals].join('')}`;
}

function kindTable({ containers, stages: { kinds, kindCycles } }: HerdResult): string {
  const samples = containers * kindCycles;
  const lines = Object.entries(kinds)
    .map(([kind, { reads, medianUs }]) => ({ kind, reads: reads / samples, medianUs }))
    .toSorted((a, b) => b.reads * b.medianUs - a.reads * a.medianUs)
    .map(({ kind, reads, medianUs }) =>
      row([`\`${kind}\``, numberText(reads, 2), numberText(medianUs, 1), numberText(reads * medianUs, 1)]),
    );
  const title = `kind of file, ${numberText(containers, 0)} containers`;
  return `${head([title, 'reads of a container', 'median µs of a read', 'µs of a container'], 1)}${lines.join('')}`;
}

const sizes = (herds: readonly Derived[]): string[] =>
  herds.map(({ containers }) => `${numberText(containers, 0)} containers`);
