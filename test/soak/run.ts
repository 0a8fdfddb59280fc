import { createReleasers } from '../e2e/parts/releasers.ts';
import { parseOptions } from './options.ts';
import { runSoak, type SoakReport } from './soak.ts';

/*
 * `npm run soak -- --minutes N [--seed S]`: root, and the Collector that scripts/build-collector.sh makes. It ends with
 * status 1 where something was violated; the seed it names makes the same faults again.
 */

const MEBIBYTE = 2 ** 20;

function reportText({ faults, violations, ...report }: SoakReport): string {
  const numbers = { ...report, mostResidentBytes: `${Math.round(report.mostResidentBytes / MEBIBYTE)} MiB` };
  return [
    ...Object.entries(numbers).map(([name, value]) => `${name}: ${value}`),
    ...[...faults].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, count]) => `  ${count} × ${name}`),
    violations.length === 0 ? 'nothing was violated' : `violated ${violations.length} times:`,
    ...violations.map((text) => `  ${text}`),
  ].join('\n');
}

const options = parseOptions(process.argv.slice(2));
const releasers = createReleasers();
const startedAtMs = performance.now();
const say = (text: string): void => {
  const seconds = Math.round((performance.now() - startedAtMs) / 1000);
  process.stdout.write(`${String(seconds).padStart(6)} s  ${text}\n`);
};
say(`${options.minutes} min, seed ${options.seed}`);
try {
  const report = await runSoak({ ...options, releasers, onLine: say });
  process.stdout.write(`${reportText(report)}\n`);
  if (report.violations.length > 0) process.exitCode = 1;
} finally {
  await releasers.release();
}
