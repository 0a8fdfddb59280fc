import { expect, it } from 'vitest';
import { readOptions } from '../../bench/options.ts';
import { planOf } from '../../bench/plan.ts';

it('reads sizes of herds and how often', () => {
  expect(readOptions(['--containers', '10,2000', '--cycles', '4', '--json'])).toMatchObject({
    containers: [10, 2_000],
    cycles: 4,
    json: true,
    page: false,
  });
});

it.each([
  ['--containers', '10,none'],
  ['--containers', '2001'],
  ['--cycles', '0'],
  ['--herds', '3'],
])('refuses %s %s', (...args) => {
  expect(() => readOptions(args)).toThrow();
});

it('has every busy container at work within each interval, whatever the size of the herd', () => {
  for (const containers of [1, 10, 100, 2_000]) {
    const { busyPeriodMs, intervalMs, driverCycles } = planOf({ containers, rounds: 1, cycles: 1 });
    expect(busyPeriodMs).toBeLessThan(intervalMs);
    expect(driverCycles * containers).toBeGreaterThanOrEqual(1_000);
  }
});
