import { expect, it } from 'vitest';
import type { TestCase, TestModule } from 'vitest/node';
import { createLeftOutReporter } from './left-out-reporter.ts';

function moduleOf(tests: readonly { suite: string; state: string; note?: string }[]): TestModule {
  const cases = tests.map(({ suite, state, note }) => ({
    parent: { type: 'suite', name: suite },
    result: () => ({ state, note }),
  }));
  const module = { errors: () => [], children: { allTests: () => cases as unknown as TestCase[] } };
  return module as unknown as TestModule;
}

it('ends a run with every suite that was left out, why, and the totals', () => {
  const lines: string[] = [];
  const reporter = createLeftOutReporter((line) => lines.push(line));
  const main = { suite: 'the main job', state: 'skipped', note: 'no Docker engine that answers' };
  reporter.onTestRunEnd?.(
    [moduleOf([main, { suite: 'x', state: 'passed' }, { suite: 'x', state: 'failed' }])],
    [],
    'passed',
  );
  expect(lines).toEqual([
    'left out: the main job (no Docker engine that answers)\n',
    'tests: 1 passed, 1 failed, 1 skipped\n',
  ]);
});
