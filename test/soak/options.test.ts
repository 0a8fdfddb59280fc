import { expect, it } from 'vitest';
import { parseOptions } from './options.ts';

it('takes minutes and a seed', () => {
  expect(parseOptions(['--minutes', '0.5', '--seed', '7'])).toEqual({ minutes: 0.5, seed: 7 });
});

it('runs for 20 minutes with a seed of its own', () => {
  expect(parseOptions([])).toEqual({ minutes: 20, seed: expect.any(Number) });
});

it('refuses what it does not know or is no number', () => {
  expect(() => parseOptions(['--minute', '1'])).toThrow();
  expect(() => parseOptions(['--minutes', 'long'])).toThrow('--minutes long');
  expect(() => parseOptions(['--seed', '-1'])).toThrow();
});
