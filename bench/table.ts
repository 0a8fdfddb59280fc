import { CONTESTANTS } from './contestants.ts';
import { type Derived, derive } from './derived.ts';
import { STAGES } from './driver/stage-clock.ts';
import type { BenchResult, HerdResult } from './result.ts';
import { ROWS } from './rows.ts';

const OURS = CONTESTANTS[0]!.name;

/** The tables of a run, in Markdown. */
export function tables({ herds }: BenchResult): string {
  const derived = herds.map((herd) => derive(herd, OURS));
  return [mainTable(herds, derived), stageTable(herds, derived), kindTable(herds.at(-1)!)].join('\n');
}

function mainTable(herds: readonly HerdResult[], derived: readonly Derived[]): string {
  const lines = ROWS.map(({ what, budget = '', most, value, digits }) => {
    const values = derived.map((each) => {
      const number = value(each, derived[0]!);
      return `${text(number, digits)}${most !== undefined && number > most ? ' ▲' : ''}`;
    });
    return row([what, budget, ...values]);
  });
  return `${head(['', 'budget', ...sizes(herds)], 2)}${lines.join('')}`;
}

function stageTable(herds: readonly HerdResult[], derived: readonly Derived[]): string {
  const lines = STAGES.map((stage) => row([stage, ...derived.map(({ stagesUs }) => text(stagesUs[stage], 1))]));
  const extra: [string, (each: Derived) => number][] = [
    ['of these, helper threads of V8', ({ helpersUs }) => helpersUs],
    ['of these, the program stopped for garbage', ({ garbageUs }) => garbageUs],
    ['all stages, idle containers', ({ idleUs }) => idleUs],
    ['all stages, busy containers', ({ busyUs }) => busyUs],
  ];
  const totals = extra.map(([what, value]) => row([what, ...derived.map((each) => text(value(each), 1))]));
  return `${head(['stage: CPU µs of a container', ...sizes(herds)], 1)}${[...lines, ...totals].join('')}`;
}

function kindTable({ containers, stages: { kinds, kindCycles } }: HerdResult): string {
  const samples = containers * kindCycles;
  const lines = Object.entries(kinds)
    .map(([kind, { reads, medianUs }]) => ({ kind, reads: reads / samples, medianUs }))
    .toSorted((a, b) => b.reads * b.medianUs - a.reads * a.medianUs)
    .map(({ kind, reads, medianUs }) =>
      row([`\`${kind}\``, text(reads, 2), text(medianUs, 1), text(reads * medianUs, 1)]),
    );
  const title = `kind of file, ${containers} containers`;
  return `${head([title, 'reads of a container', 'median µs of a read', 'µs of a container'], 1)}${lines.join('')}`;
}

const sizes = (herds: readonly HerdResult[]): string[] => herds.map(({ containers }) => `${containers} containers`);

function head(titles: readonly string[], texts: number): string {
  return `${row(titles)}|${titles.map((_, at) => (at < texts ? '---|' : '---:|')).join('')}\n`;
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;

function text(value: number, digits: number): string {
  if (Number.isNaN(value)) return '–';
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
