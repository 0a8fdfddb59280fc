import type { Reporter, TestCase, TestModule } from 'vitest/node';

/**
 * Ends the run with what was left out and why, one line each, and with one line of totals,
 * so that a run without Docker can never be taken for a whole one.
 */
export function createLeftOutReporter(write = (line: string): unknown => process.stdout.write(line)): Reporter {
  return {
    onTestRunEnd(modules: readonly TestModule[]): void {
      const totals = { passed: 0, failed: 0, skipped: 0, pending: 0 };
      const leftOut: string[] = [];
      for (const module of modules) {
        if (module.errors().length > 0) totals.failed++;
        for (const test of module.children.allTests()) {
          const result = test.result();
          totals[result.state]++;
          // Without a note it was the person who ran a part of the tests only.
          if (result.state === 'skipped' && result.note !== undefined)
            leftOut.push(`${suiteName(test)} (${result.note})`);
        }
      }
      for (const line of leftOut) write(`left out: ${line}\n`);
      const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
      write(`tests: ${totals.passed} passed, ${totals.failed} failed${skipped}\n`);
    },
  };
}

/** The suite is what was left out; its one test only says so. */
function suiteName(test: TestCase): string {
  return test.parent.type === 'suite' ? test.parent.name : test.name;
}
