import { REASONS } from './bounds.ts';
import { type Bound, objection, type Row, type Unit, type Value } from './row.ts';
import type { MeasuredRow } from './suite.ts';

/** What the values were measured on; it changes from run to run as the values do. */
export type Machine = { readonly kernel: string; readonly engine: string; readonly date: string };

const INTRODUCTION = `# Accuracy

Every value of Plimsoll beside what the kernel itself accounts, on real containers. Written by \`npm run test:accuracy\`, which
fails where a value is off by more than its bound; values change a little from run to run, scenarios and bounds do not.

- **truth**: cgroup files and interface counters read by the test itself, what \`getrusage\` says inside the load program, or
  what the load program was asked to do. Never anything that Plimsoll has read.
- **Plimsoll**: what the agent pushed over OTLP, with an interval of one second.
- **stats API**: one answer of the engine's \`/containers/ID/stats\`.
- **2021**: the method that Plimsoll comes from: the entries of the cgroup's \`tasks\` file read as processes, live ones only,
  and the first interface only.

The last table is not of a machine: a cgroup v2 host that has the memory, io, pids and cpu controllers was not at hand. Its truth are
the files of \`test/fixtures/hosts/v2-docker\`, which are in the formats of the kernel's Documentation/admin-guide/cgroup-v2.rst.

\`none\`: there is no series, because the kernel says nothing. \`–\`: that source has no such value. \`fails\`: it reads nothing at all there.
`;

const INEXACT = `## What cannot be exact, and by how much

- **Processes that nobody in the container waits for.** Their CPU time in \`container.process.cpu.time\` is what it was when they
  were last seen. What they used after that, at most one interval of each of their threads, is in \`container.cpu.time\` only. It is
  never counted twice and the total never falls. A process that lives between two cycles and is not waited for is in
  \`container.cpu.time\` only. \`plimsoll.cpu.unattributed\` says how much that is.
- **Memory summed over processes** (\`container.process.memory.*\`) counts a page that processes share once for each of them: n
  processes that map the same m bytes give n · m. The container's own accounting (\`container.memory.*\`) counts each page once, but
  charges a file's page to whichever container touched it first.
- **Gauges and levels are sampled**: they are what was true at one moment of each interval. What rises and falls again between two
  cycles is not seen; counters are, and \`container.memory.peak\` (to be switched on) keeps the highest use.
- **cgroup v1 says CPU time by mode in ticks** of 10 ms, user and system cut apart: up to 20 ms less than \`cpuacct.usage\`, and
  never more as the container runs on. It does not add up: the next reading starts from the kernel's own total again.
- **/proc says CPU time in ticks too**, user and system of each living process cut apart: up to 20 ms less for each of them.
- **Buffered writes on cgroup v1** are charged to no container when the kernel writes them back later; \`container.disk.io\` holds
  what was written directly or by \`fsync\`. On cgroup v2 all are charged.
- **Disks on cgroup v1**: the kernel that this was measured on (6.18) counts bytes and operations only on devices on which a limit was set once, in
  any cgroup. On the others there is no series, which is not the same as zero.
- **Hits of the memory limit on cgroup v1** (\`container.memory.events\`, \`max\`) are counted by memory.failcnt, which stays 0 where
  the limit of memory and swap together is the same and is hit first (\`docker run --memory X --memory-swap X\`); \`oom_kill\` counts.
- **Memory events of child cgroups on cgroup v1** are added up from files of their own: what one counted after it was last read and
  before it was removed is missing, at most that of one interval. What was counted before stays counted.
- **A network interface that is taken away** takes along what went through it after the last cycle: at most one interval of its
  traffic. What was counted before stays counted.
- **The values of one container are read one after the other**, within milliseconds and not in one moment: two metrics of one
  cycle may disagree by what happened in between.
- **A container's life is known from the engine's events**: a change of state, name or limits is in the first cycle after it.
`;

/** The content of docs/accuracy.md. Rows that were not measured keep their line, and say so. */
export function generateAccuracyPage(rows: readonly Row[], measured: readonly MeasuredRow[], machine: Machine): string {
  const engines = [...new Set(rows.map(({ engine }) => engine))];
  const tables = engines.map((engine) => {
    const lines = rows.filter((row) => row.engine === engine).map((row) => line(row, find(measured, row)));
    return `## ${engine}\n\n${HEAD}\n${lines.join('\n')}\n`;
  });
  const where = `Last written on ${machine.date}: ${machine.kernel}, ${machine.engine}.\n`;
  return [INTRODUCTION, where, ...tables, reasons(rows), INEXACT].join('\n');
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
