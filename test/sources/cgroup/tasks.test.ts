import { expect, it } from 'vitest';
import { readTasks } from '../../../src/sources/cgroup/tasks.ts';
import { createKernelFiles } from '../../../src/sources/kernel-files.ts';
import { createTree } from '../tree.ts';

const tasks = (files: Record<string, string>) => readTasks(createKernelFiles(), createTree(files).root);

it('reads how many tasks there are and may be', () => {
  expect(tasks({ 'pids.current': '3\n', 'pids.max': '100\n' })).toEqual({ count: 3, limit: 100 });
});

it('has no limit where there is none, and nothing at all without the controller', () => {
  expect(tasks({ 'pids.current': '3\n', 'pids.max': 'max\n' })).toEqual({ count: 3 });
  expect(tasks({})).toEqual({});
});
