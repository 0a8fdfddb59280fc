import { describe, expect, it } from 'vitest';
import { parseProcCgroup } from '../../../src/sources/proc/cgroup.ts';
import { expectToSurvive } from '../corruption.ts';
import { fixture, fixtures } from '../fixtures.ts';

const parse = (text: string) => parseProcCgroup(Buffer.from(text));

describe('the cgroups of a process', () => {
  it('are one line on v2', () => {
    expect(parse('0::/system.slice/docker-abc.scope\n')).toEqual([
      { controllers: [], path: '/system.slice/docker-abc.scope' },
    ]);
  });

  it('are a line for each hierarchy on v1, some with several controllers', () => {
    expect(parse('4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n2:pids:/\n')).toEqual([
      { controllers: ['memory'], path: '/docker/abc' },
      { controllers: ['cpu', 'cpuacct'], path: '/docker/abc' },
      { controllers: ['pids'], path: '/' },
    ]);
  });

  it('have named hierarchies and the unified one besides on hybrid hosts', () => {
    expect(parse('9:name=systemd:/user.slice\n1:pids:/user.slice\n0::/user.slice\n')).toEqual([
      { controllers: ['name=systemd'], path: '/user.slice' },
      { controllers: ['pids'], path: '/user.slice' },
      { controllers: [], path: '/user.slice' },
    ]);
  });

  it('may have colons and spaces in their paths', () => {
    expect(parse('0::/system.slice/app:web:1/a b\n')?.[0]?.path).toBe('/system.slice/app:web:1/a b');
    expect(parse('3:cpu,cpuacct:/kubepods:pod:9\n')?.[0]?.path).toBe('/kubepods:pod:9');
  });

  it('are named without the word that the kernel puts behind a removed one', () => {
    expect(parse('0::/docker/abc (deleted)\n')?.[0]?.path).toBe('/docker/abc');
  });

  it('may lie outside of what a cgroup namespace shows', () => {
    expect(parse('0::/../../docker/abc\n')?.[0]?.path).toBe('/../../docker/abc');
  });

  it('are malformed without a path, and where there is none', () => {
    for (const text of ['', '\n', '0::\n', '0:/docker\n', 'garbage\n', '0::relative\n']) {
      expect(parse(text), JSON.stringify(text)).toBeUndefined();
    }
  });

  it('are read as captured on a hybrid host, the unified hierarchy elsewhere than the others', () => {
    const memberships = parseProcCgroup(fixture('hosts/v1-docker/proc/4424/cgroup'));
    const id = '4107d1fad54f18113a7bedefb041402212423d0b8c9fa3ca0d2393d398ee27ed';
    expect(memberships).toHaveLength(6);
    expect(memberships?.[0]).toEqual({ controllers: ['pids'], path: `/docker/${id}/jobs` });
    expect(memberships?.at(-1)).toEqual({ controllers: [], path: `/docker/${id}` });
  });

  it('survives anything, and answers only with absolute paths', () => {
    expectToSurvive((bytes) => {
      const memberships = parseProcCgroup(bytes);
      for (const { path } of memberships ?? []) expect(path.startsWith('/')).toBe(true);
    }, fixtures('hosts/*/proc/*/cgroup'));
  });
});
