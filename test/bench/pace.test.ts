import { expect, it } from 'vitest';
import { createPace, runPlanned } from '../../bench/driver/pace.ts';

it('begins a cycle each interval, however long one takes', async () => {
  const startedAt = performance.now();
  const pace = createPace(40);
  for (let count = 0; count < 5; count++) {
    await pace();
    const from = performance.now();
    while (performance.now() - from < 20);
  }
  const tookMs = performance.now() - startedAt;
  expect(tookMs).toBeGreaterThanOrEqual(5 * 40 + 20 - 2);
  // Without the cycle taken off the pause it were 300.
  expect(tookMs).toBeLessThan(290);
});

it('warms up first, and counts from then on', async () => {
  const plan = { hotCycles: 3, warmCycles: 2, warmIntervalMs: 1, cycles: 4, intervalMs: 1 };
  let [cycles, warm] = [0, 0];
  const begin = () => {
    warm = cycles;
  };
  await runPlanned(
    plan,
    () => {
      cycles += 1;
    },
    begin,
  );
  expect([warm, cycles]).toEqual([5, 9]);
});
