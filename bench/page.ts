import type { BenchResult } from './result.ts';
import { tables } from './table.ts';

const BYTES_PER_GIB = 2 ** 30;

const INTRODUCTION = `# Performance

What the agent costs at its defaults, beside a C program that opens, reads and closes the same files and parses nothing: the
floor; and beside other agents on the same containers. Written by \`npm run bench -- --page\`; bench/README.md says what each
number is. Times are of one shared machine and change from run to run; ratios were taken side by side and hold better. ▲: over the budget.
`;

/** The content of docs/performance.md. */
export function performancePage(result: BenchResult): string {
  const { date, kernel, cpu, cpus, memoryBytes, node, cgroups, commit } = result.machine;
  const machine = `${cpus} × ${cpu}, ${(memoryBytes / BYTES_PER_GIB).toFixed(0)} GiB`;
  const engines = [...new Set(result.dockerHerds.map(({ engine }) => `, Docker ${engine}`))].join('');
  const where = `Last written on ${date} at ${commit}: ${kernel}, cgroup ${cgroups}, Node ${node}${engines}, ${machine}.\n`;
  return [INTRODUCTION, where, tables(result)].join('\n');
}
