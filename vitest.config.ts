import { defineConfig } from 'vitest/config';
import { createAccuracyReporter } from './test/accuracy/reporter.ts';
import { createLeftOutReporter } from './test/left-out-reporter.ts';

/** They wait for most of their time: for watchdogs, patience that ends, two minutes of a soak. */
const WAITING = ['clock', 'destinations', 'engine-faults', 'hung-cycle', 'restart', 'sd-notify', 'soak'].map(
  (name) => `test/e2e/${name}.e2e.test.ts`,
);

export default defineConfig({
  test: {
    teardownTimeout: 60_000,
    reporters: ['default', createLeftOutReporter(), createAccuracyReporter()],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', '**/*.accuracy.test.ts', '**/*.long.test.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Real engines, Collectors and clocks, three files at a time.
        test: {
          name: 'e2e-waiting',
          include: WAITING,
          setupFiles: ['test/e2e/parts/leaks.setup.ts'],
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        // The same, one file at a time, so that nothing disturbs the measuring.
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.e2e.test.ts'],
          exclude: WAITING,
          setupFiles: ['test/e2e/parts/leaks.setup.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        // Every value against the kernel's own, on real containers: alone on the machine.
        test: {
          name: 'accuracy',
          include: ['test/accuracy/*.accuracy.test.ts'],
          setupFiles: ['test/e2e/parts/leaks.setup.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 3 },
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        // Properties over very many histories: `npm run test:long`, never part of `npm test`.
        test: { name: 'long', include: ['test/**/*.long.test.ts'], sequence: { groupOrder: 4 } },
      },
    ],
  },
});
