import { defineConfig } from 'vitest/config';
import { createLeftOutReporter } from './test/left-out-reporter.ts';

export default defineConfig({
  test: {
    teardownTimeout: 60_000,
    reporters: ['default', createLeftOutReporter()],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Real engines, Collectors and clocks: one file at a time, after everything else, so that nothing disturbs the measuring.
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.e2e.test.ts'],
          setupFiles: ['test/e2e/parts/leaks.setup.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
