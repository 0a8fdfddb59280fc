import { describe, expect, it } from 'vitest';
import { createKernelFiles } from '../../../src/sources/kernel-files.ts';
import { createProcFs, readPids } from '../../../src/sources/proc/proc-fs.ts';
import { createTree, procAt } from '../tree.ts';

const files = createKernelFiles();

describe('procfs', () => {
  it("is below the host's root, however that is written, or where it is said to be", () => {
    expect(createProcFs({ root: '/', path: '', files }).path).toBe('/proc');
    expect(createProcFs({ root: '/host', path: '', files }).path).toBe('/host/proc');
    expect(createProcFs({ root: '/host/', path: '', files }).path).toBe('/host/proc');
    expect(createProcFs({ root: '/host', path: '/elsewhere', files }).path).toBe('/elsewhere');
  });

  it('lists processes and nothing else', () => {
    const { root } = createTree({ '1/': '', '4379/': '', 'self/': '', stat: '', '.5/': '' });
    expect(readPids(procAt(root))).toEqual({ status: 'ok', value: expect.arrayContaining([1, 4379]) });
    expect(readPids(procAt(root))).toHaveProperty('value.length', 2);
  });

  it('is gone where it is not mounted', () => {
    expect(readPids(procAt(`${createTree().root}/nowhere`))).toEqual({ status: 'gone' });
  });
});
