import { describe, expect, it } from 'vitest';
import { parseProcCgroup } from '../../../src/sources/proc/cgroup.ts';
import { processPath, readPidsByCgroup } from '../../../src/sources/proc/pids-by-cgroup.ts';
import { createTree, procAt } from '../tree.ts';

const pathOf = (lines: string) => processPath(parseProcCgroup(Buffer.from(lines)) ?? []);

describe('the path that says which container a process belongs to', () => {
  it('is that of the pids hierarchy on v1, else of cpuacct, else of memory', () => {
    expect(pathOf('4:memory:/m\n3:cpu,cpuacct:/c\n2:pids:/p\n0::/u\n')).toBe('/p');
    expect(pathOf('4:memory:/m\n3:cpu,cpuacct:/c\n0::/u\n')).toBe('/c');
    expect(pathOf('4:memory:/m\n1:name=systemd:/s\n0::/u\n')).toBe('/m');
  });

  it('is the only one on v2, and the unified one on hybrid hosts whose controllers it has', () => {
    expect(pathOf('0::/u\n')).toBe('/u');
    expect(pathOf('1:name=systemd:/s\n0::/u\n')).toBe('/u');
  });

  it('is the unified one where an engine that uses v2 leaves processes at the top of v1 hierarchies', () => {
    expect(pathOf('4:memory:/\n2:pids:/\n0::/docker/abc\n')).toBe('/docker/abc');
    expect(pathOf('4:memory:/\n2:pids:/\n0::/\n')).toBe('/');
  });

  it('is what there is where nothing else is known', () => {
    expect(pathOf('1:name=systemd:/s\n')).toBe('/s');
    expect(pathOf('')).toBeUndefined();
  });
});

describe('the walk over all processes', () => {
  it('groups them by path and leaves out what is no process, what has ended and what cannot be read', () => {
    const tree = createTree({
      '1/cgroup': '0::/\n',
      '20/cgroup': '0::/docker/abc\n',
      '21/cgroup': '0::/docker/abc\n',
      '22/cgroup': 'garbage\n',
      '23/': '',
      'self/cgroup': '0::/\n',
      'sys/': '',
      '2x/cgroup': '0::/\n',
      [`${'9'.repeat(20)}/cgroup`]: '0::/\n',
    });
    const found = readPidsByCgroup(procAt(tree.root));
    expect(Object.fromEntries(found)).toEqual({ '/': [1], '/docker/abc': [20, 21] });
  });

  it('finds nothing where there is no procfs', () => {
    expect(readPidsByCgroup(procAt(`${createTree().root}/nowhere`)).size).toBe(0);
  });
});
