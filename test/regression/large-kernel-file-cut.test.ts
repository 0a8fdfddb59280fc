import { expect, it } from 'vitest';
import { readProcs } from '../../src/sources/cgroup/procs.ts';
import { createKernelFiles } from '../../src/sources/kernel-files.ts';
import { createTree } from '../sources/tree.ts';

/* The first file larger than the buffer was cut where the buffer grew: a large cgroup.procs lost processes. */

it('reads every process of a cgroup.procs that is larger than the first buffer', () => {
  const pids = Array.from({ length: 30_000 }, (_, index) => 100_000 + index);
  const tree = createTree({ 'cgroup.procs': `${pids.join('\n')}\n` });
  expect(readProcs(createKernelFiles(), tree.root)).toEqual({ status: 'ok', value: pids });
});
