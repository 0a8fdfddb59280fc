import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { release } from 'node:os';
import type { Reporter, TestModule } from 'vitest/node';
import { generateAccuracyPage } from './parts/page.ts';
import type { MeasuredRow } from './parts/suite.ts';
import { ALL_ROWS } from './tables.ts';

const PAGE = new URL('../../docs/accuracy.md', import.meta.url);

/**
 * Writes docs/accuracy.md at the end of `npm run test:accuracy`. Other runs measure the same and leave the file alone:
 * its values are never quite the same twice.
 */
export function createAccuracyReporter(): Reporter {
  return {
    onTestRunEnd(modules: readonly TestModule[]): void {
      if (process.env['UPDATE_ACCURACY'] !== '1') return;
      const tests = modules.flatMap((module) => [...module.children.allTests()]);
      const measured = tests.flatMap(rowOf);
      // Who runs a part of the tests only does not want the rest of the page gone.
      if (measured.length === 0 || tests.some((test) => test.result().state === 'skipped')) return;
      const machine = { kernel: `Linux ${release()}`, engine: engineVersion(), date: today() };
      writeFileSync(PAGE, generateAccuracyPage(ALL_ROWS, measured, machine));
      process.stdout.write('docs/accuracy.md\n');
    },
  };
}

function rowOf(test: { meta(): { accuracy?: MeasuredRow } }): MeasuredRow[] {
  const { accuracy } = test.meta();
  return accuracy === undefined ? [] : [accuracy];
}

function engineVersion(): string {
  return `Docker ${execFileSync('docker', ['version', '--format', '{{.Server.Version}}'], { encoding: 'utf8' }).trim()}`;
}

const today = (): string => new Date().toISOString().slice(0, 10);
