import { expect, it } from 'vitest';
import { readTaskCount, readTaskLimit } from '../../../src/sources/cgroup/tasks.ts';
import { createKernelFiles } from '../../../src/sources/kernel-files.ts';
import { createTree } from '../tree.ts';

const tasks = (files: Record<string, string>) => {
  const { root } = createTree(files);
  return { count: readTaskCount(createKernelFiles(), root), limit: readTaskLimit(createKernelFiles(), root) };
};

it('reads how many tasks there are and may be', () => {
  expect(tasks({ 'pids.current': '3\n', 'pids.max': '100\n' })).toEqual({ count: 3, limit: 100 });
});

it('tells having no limit from not knowing it', () => {
  expect(tasks({ 'pids.current': '3\n', 'pids.max': 'max\n' })).toEqual({ count: 3, limit: 'none' });
  expect(tasks({})).toEqual({});
});
