import { expect, it } from 'vitest';
import { findIdleGlob, suggestMetric } from '../../src/config/metric-names.ts';

it('finds the first glob that matches no metric of a container', () => {
  expect(findIdleGlob([])).toBeUndefined();
  expect(findIdleGlob(['*', 'container.memory.peak', 'container.{cpu,disk}.*'])).toBeUndefined();
  expect(findIdleGlob(['container.cpu.time', 'container.memroy.peak', 'nothing'])).toBe('container.memroy.peak');
});

it('finds globs idle that match only what the agent says of itself, which is always on', () => {
  expect(findIdleGlob(['plimsoll.*'])).toBe('plimsoll.*');
});

it('suggests the nearest metric, and none where none is near', () => {
  expect(suggestMetric('container.memroy.peak')).toBe('container.memory.peak');
  expect(suggestMetric('container.memory.workingset')).toBe('container.memory.working_set');
  expect(suggestMetric('go_gc_duration_seconds')).toBeUndefined();
});
