import { expect, test } from 'vitest';
import { createDirtySet } from '../../../src/sources/docker/dirty-set.ts';

test('gives each identifier once and is empty then', () => {
  const dirty = createDirtySet({ maxSize: 10 });
  for (const id of ['a', 'b', 'a']) dirty.mark(id);
  expect(dirty.take()).toEqual(['a', 'b']);
  expect(dirty.isEmpty()).toBe(true);
});

test('remembers that it could not hold all until it is cleared', () => {
  const dirty = createDirtySet({ maxSize: 2 });
  for (const id of ['a', 'b', 'a']) dirty.mark(id);
  expect(dirty.overflowed()).toBe(false);
  dirty.mark('c');
  dirty.take();
  expect(dirty.overflowed()).toBe(true);
  dirty.clear();
  expect(dirty.overflowed()).toBe(false);
});
