import { closeSync, openSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readFileDescriptorCount } from '../../../src/sources/proc/file-descriptors.ts';
import { createTree, procAt } from '../tree.ts';

describe('open file descriptors', () => {
  it('are counted by the kernel, as many as are listed', () => {
    const open = Array.from({ length: 50 }, () => openSync('/dev/null', 'r'));
    const counted = readFileDescriptorCount(procAt('/proc'), process.pid);
    const listed = readdirSync('/proc/self/fd').length - 1;
    for (const fd of open) closeSync(fd);
    expect(counted).toEqual({ status: 'ok', value: listed });
  });

  it('are the entries of fd in a tree of another file system, whose folders have a size of their own', () => {
    const { root } = createTree({ '7/fd/0': '', '7/fd/1': '', '7/fd/12': '', '8/fd/': '' });
    expect(readFileDescriptorCount(procAt(root), 7)).toEqual({ status: 'ok', value: 3 });
    expect(readFileDescriptorCount(procAt(root), 8)).toEqual({ status: 'ok', value: 0 });
  });

  it('are gone with the process', () => {
    expect(readFileDescriptorCount(procAt(createTree().root), 7)).toEqual({ status: 'gone' });
  });
});
