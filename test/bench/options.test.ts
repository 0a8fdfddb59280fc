import { describe, expect, it } from 'vitest';
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

it('reads sizes of herds of a real engine, of which there are none unless they are asked for', () => {
  expect(readOptions([])).toMatchObject({ docker: [], windowSeconds: 60 });
  expect(readOptions(['--docker', '100,400', '--containers', ''])).toMatchObject({
    docker: [100, 400],
    containers: [],
  });
  expect(readOptions([])).not.toHaveProperty('gate');
  expect(readOptions(['--gate']).gate).toBe('judge');
  expect(readOptions(['--update-gate']).gate).toBe('update');
});

describe.each([1, 10, 100, 400, 1_000, 2_000])('a plan for %i containers', (containers) => {
  const { busyPeriodMs, intervalMs, warmCycles, cycles, driver } = planOf({ containers, rounds: 1, cycles: 10 });

  it('has every busy container at work within each cycle that is measured or warms up with a pause', () => {
    expect(busyPeriodMs).toBeLessThan(intervalMs);
    expect(driver.intervalMs).toBe(intervalMs);
    expect(driver.warmIntervalMs).toBeGreaterThanOrEqual(busyPeriodMs);
  });

  it('warms the agent and the drivers alike', () => {
    for (const count of [warmCycles, driver.hotCycles + driver.warmCycles]) {
      expect(count).toBeGreaterThanOrEqual(60);
      if (count * containers < 36_000) expect(count).toBeGreaterThanOrEqual(360);
    }
    expect(cycles).toBeGreaterThanOrEqual(10);
  });
});
