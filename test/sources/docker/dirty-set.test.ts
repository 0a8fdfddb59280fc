import { expect, test } from 'vitest';
import { createDirtySet } from '../../../src/sources/docker/dirty-set.ts';

test('gives each identifier once and is empty then', () => {
  const dirty = createDirtySet({ maxSize: 10, onOverflow: () => undefined });
  for (const id of ['a', 'b', 'a']) dirty.mark(id);
  expect(dirty.take()).toEqual(['a', 'b']);
  expect(dirty.isEmpty()).toBe(true);
});

test('remembers that it could not hold all until it is cleared', () => {
  const overflows: string[] = [];
  const dirty = createDirtySet({ maxSize: 2, onOverflow: () => overflows.push('') });
  for (const id of ['a', 'b', 'a']) dirty.mark(id);
  expect(dirty.overflowed()).toBe(false);
  for (const id of ['c', 'd']) dirty.mark(id);
  dirty.take();
  expect(dirty.overflowed()).toBe(true);
  expect(overflows).toHaveLength(1);
  dirty.clear();
  expect(dirty.overflowed()).toBe(false);
});
