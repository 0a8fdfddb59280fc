import { REASONS } from './bounds.ts';
import { INEXACT, INTRODUCTION } from './prose.ts';
import { type Bound, objection, type Row, type Unit, type Value } from './row.ts';
import type { MeasuredRow } from './suite.ts';

/** What the values were measured on; it changes from run to run as the values do. */
export type Machine = { readonly kernel: string; readonly engine: string; readonly date: string };

/** The content of docs/accuracy.md. Rows that were not measured keep their line, and say so. */
export function generateAccuracyPage(rows: readonly Row[], measured: readonly MeasuredRow[], machine: Machine): string {
  const engines = [...new Set(rows.map(({ engine }) => engine))];
  const tables = engines.map((engine) => {
    const lines = rows.filter((row) => row.engine === engine).map((row) => line(row, find(measured, row)));
    return `## ${engine}\n\n${kernelLine(measured, engine)}${HEAD}\n${lines.join('\n')}\n`;
  });
  const where = `Last written on ${machine.date}: ${machine.kernel}, ${machine.engine}.\n`;
  return [INTRODUCTION, where, ...tables, reasons(rows), INEXACT].join('\n');
}

/** Said where it is not the kernel of the whole page. */
function kernelLine(measured: readonly MeasuredRow[], engine: string): string {
  const kernel = measured.find(({ row }) => row.engine === engine)?.kernel;
  return kernel === undefined ? '' : `On ${kernel}.\n\n`;
}

const HEAD =
  '| scenario | value | truth | Plimsoll | stats API | 2021 | bound | why |\n|---|---|---:|---:|---:|---:|---:|---|';

function find(measured: readonly MeasuredRow[], row: Row): MeasuredRow | undefined {
  return measured.find(
    (each) => each.row.engine === row.engine && each.row.scenario === row.scenario && each.row.value === row.value,
  );
}

function line(row: Row, found: MeasuredRow | undefined): string {
  const { scenario, value, unit, bound } = row;
  const cells = (...values: readonly string[]): string =>
    `| ${[scenario, `\`${value}\``, ...values, boundText(bound, unit), bound.because].join(' | ')} |`;
  if (!found) return cells('not measured', '', '', '');
  const { outcome } = found;
  if ('notSeenLive' in outcome) return cells(`not seen live: ${outcome.notSeenLive}`, '', '', '');
  const off = objection(row, outcome) === undefined ? '' : ' **off**';
  const plimsoll = valueText(outcome.plimsoll, unit) + off;
  return cells(valueText(outcome.truth, unit), plimsoll, valueText(outcome.stats, unit), valueText(outcome.old, unit));
}

function boundText({ below, above }: Bound, unit: Unit): string {
  if (below === 0 && above === 0) return '±0';
  if (below === above) return `±${valueText(below, unit)}`;
  const less = below === Number.POSITIVE_INFINITY ? '−all' : below === 0 ? '−0' : `−${valueText(below, unit)}`;
  return `${less}, +${above === 0 ? '0' : valueText(above, unit)}`;
}

function valueText(value: Value | undefined, unit: Unit): string {
  if (value === undefined) return '–';
  if (typeof value === 'string') return value;
  if (unit === 's') return `${value === 0 || Math.abs(value) >= 0.001 ? value.toFixed(3) : value} s`;
  const number = value.toLocaleString('en', { maximumFractionDigits: 3 });
  return unit === 'By' ? `${number} B` : number;
}

function reasons(rows: readonly Row[]): string {
  const used = new Set(rows.map(({ bound }) => bound.because));
  const lines = Object.entries(REASONS).filter(([name]) => used.has(name));
  return `## Why a value may be off\n\n${lines.map(([name, text]) => `- **${name}**: ${text}`).join('\n')}\n`;
}

/** Scenario, value, bound and reason of every line of the tables, as a page of any run has them. */
export function listedRows(page: string): string[] {
  const lines = page.split('\n').filter((line) => /^\| (?!scenario \|)/.test(line));
  return lines.map((line) => {
    const cells = line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, ''));
    return [...cells.slice(0, 2), ...cells.slice(-2)].join(' | ');
  });
}
