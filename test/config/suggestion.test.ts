import { expect, it } from 'vitest';
import { findNearest, suggestKey } from '../../src/config/suggestion.ts';

it.each([
  ['rnu', 'run'],
  ['once', 'once'],
  ['metric', 'metrics'],
  ['comfig', 'config'],
  ['INTERVAL_MS', 'intervalMs'],
])('finds what %s was meant to be', (name, meant) => {
  expect(findNearest(name, ['run', 'once', 'metrics', 'config', 'intervalMs'])).toBe(meant);
});

it.each(['bogus', 'x', '', 'a'.repeat(100_000)])('suggests nothing for a name that is near none', (name) => {
  expect(findNearest(name, ['run', 'once', 'metrics'])).toBeUndefined();
});

it('prefers a key beside the unknown one to the same name elsewhere', () => {
  const keys = ['push.timeoutMs', 'docker.timeoutMs', 'docker.host'];
  expect(suggestKey('docker.timeoutms', ['timeoutMs', 'host'], keys)).toBe('docker.timeoutMs');
  expect(suggestKey('push.host', ['timeoutMs'], keys)).toBe('docker.host');
});
