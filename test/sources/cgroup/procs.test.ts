import { describe, expect, it } from 'vitest';
import { readProcs } from '../../../src/sources/cgroup/procs.ts';
import { createKernelFiles } from '../../../src/sources/kernel-files.ts';
import { FIXTURES } from '../fixtures.ts';
import { createTree } from '../tree.ts';

const read = (dir: string) => readProcs(createKernelFiles(), dir);

describe('the processes of a cgroup', () => {
  it('include those of all cgroups below it, each once', () => {
    const { root } = createTree({
      'cgroup.procs': '10\n11\n',
      'init.scope/cgroup.procs': '11\n',
      'system.slice/cgroup.procs': '',
      'system.slice/ssh.service/cgroup.procs': '12\n13\n',
    });
    expect(read(root)).toEqual({ status: 'ok', value: [10, 11, 12, 13] });
  });

  it('include those of a captured child cgroup', () => {
    const id = '4107d1fad54f18113a7bedefb041402212423d0b8c9fa3ca0d2393d398ee27ed';
    expect(read(`${FIXTURES}hosts/v1-docker/sys/fs/cgroup/pids/docker/${id}`)).toMatchObject({ value: [4379, 4424] });
  });

  it('are 0 where our PID namespace cannot name them', () => {
    expect(read(createTree({ 'cgroup.procs': '0\n0\n7\n' }).root)).toMatchObject({ value: [0, 7] });
  });

  it('are none in an empty cgroup, and gone with the cgroup', () => {
    expect(read(createTree({ 'cgroup.procs': '' }).root)).toEqual({ status: 'ok', value: [] });
    expect(read(`${createTree().root}/gone`)).toEqual({ status: 'gone' });
  });

  it('do without a child that cannot be read: threaded cgroups refuse it', () => {
    const { root } = createTree({
      'cgroup.procs': '1\n',
      'threaded/cgroup.procs/': '',
      'bad/cgroup.procs': 'x\n',
      'empty/': '',
    });
    expect(read(root)).toMatchObject({ value: [1] });
  });

  it('are looked for to a bounded depth and not through links', () => {
    const tree = createTree({ 'cgroup.procs': '1\n', [`${'d/'.repeat(40)}cgroup.procs`]: '2\n' });
    tree.link('circle', '.');
    expect(read(tree.root)).toMatchObject({ value: [1] });
  });
});
