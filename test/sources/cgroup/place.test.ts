import { describe, expect, it } from 'vitest';
import { createCgroupFs } from '../../../src/sources/cgroup/cgroup-fs.ts';
import {
  placeOfMemberships,
  placeOfPath,
  placeOfPaths,
  processesDirectory,
} from '../../../src/sources/cgroup/place.ts';
import { createKernelFiles } from '../../../src/sources/kernel-files.ts';
import { parseProcCgroup } from '../../../src/sources/proc/cgroup.ts';
import { createTree } from '../tree.ts';

const lines = (text: string) => parseProcCgroup(Buffer.from(text)) ?? [];
const cgroupsOf = (files: Record<string, string>) => {
  const { root } = createTree(files);
  return { root, cgroups: createCgroupFs({ root: '/', path: root, files: createKernelFiles() }) };
};
const V2 = { 'cgroup.controllers': '' };

describe('a place by the lines of a process', () => {
  it('is one directory on v2', () => {
    const { root, cgroups } = cgroupsOf({ ...V2, 'docker/abc/': '' });
    expect(placeOfMemberships(cgroups, lines('0::/docker/abc\n'), [])).toEqual({
      version: 2,
      directory: `${root}/docker/abc`,
    });
  });

  it('is one for each controller on v1, whichever way joint hierarchies are mounted', () => {
    const { root, cgroups } = cgroupsOf({
      'memory/docker/abc/': '',
      'cpu,cpuacct/docker/abc/': '',
      'pids/docker/abc/': '',
    });
    expect(
      placeOfMemberships(cgroups, lines('4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n2:pids:/docker/abc\n'), []),
    ).toEqual({
      version: 1,
      directories: {
        memory: `${root}/memory/docker/abc`,
        cpu: `${root}/cpu,cpuacct/docker/abc`,
        cpuacct: `${root}/cpu,cpuacct/docker/abc`,
        pids: `${root}/pids/docker/abc`,
      },
    });
    const apart = cgroupsOf({ 'cpu/docker/abc/': '', 'cpuacct/docker/abc/': '' });
    expect(placeOfMemberships(apart.cgroups, lines('3:cpu,cpuacct:/docker/abc\n'), [])).toEqual({
      version: 1,
      directories: { cpu: `${apart.root}/cpu/docker/abc`, cpuacct: `${apart.root}/cpuacct/docker/abc` },
    });
  });

  it('leaves named hierarchies aside on a hybrid host, and has the unified one besides', () => {
    const { root, cgroups } = cgroupsOf({
      'pids/docker/abc/': '',
      'systemd/docker/abc/': '',
      'unified/docker/abc/': '',
    });
    const memberships = lines('9:name=systemd:/docker/abc\n1:pids:/docker/abc\n0::/docker/abc\n');
    expect(placeOfMemberships(cgroups, memberships, [])).toEqual({
      version: 1,
      directories: { pids: `${root}/pids/docker/abc` },
      unified: `${root}/unified/docker/abc`,
    });
  });

  it('is none on a hybrid host where only the unified hierarchy has it, which has no controllers', () => {
    const { cgroups } = cgroupsOf({ 'pids/': '', 'unified/docker/abc/': '' });
    expect(placeOfMemberships(cgroups, lines('1:pids:/docker/abc\n0::/docker/abc\n'), [])).toBeUndefined();
  });

  it('has no unified one where the processes were left at that of their runtime, or at the top', () => {
    const { cgroups } = cgroupsOf({ 'pids/docker/abc/': '', 'unified/system.slice/docker.service/': '' });
    for (const path of ['/system.slice/docker.service', '/']) {
      const memberships = lines(`9:name=systemd:${path}\n1:pids:/docker/abc\n0::${path}\n`);
      expect(placeOfMemberships(cgroups, memberships, []), path).not.toHaveProperty('unified');
    }
  });

  it('leaves out controllers whose hierarchy is not mounted here', () => {
    const { root, cgroups } = cgroupsOf({ 'pids/docker/abc/': '' });
    expect(placeOfMemberships(cgroups, lines('2:memory:/docker/abc\n1:pids:/docker/abc\n'), [])).toEqual({
      version: 1,
      directories: { pids: `${root}/pids/docker/abc` },
    });
  });

  it("is the mount itself where the process's cgroup is our own and mounted as the root, as in a container", () => {
    const own = lines('2:memory:/docker/abc\n1:pids:/docker/abc\n');
    const { root, cgroups } = cgroupsOf({ 'pids/cgroup.procs': '', 'memory/cgroup.procs': '' });
    expect(placeOfMemberships(cgroups, own, own)).toEqual({
      version: 1,
      directories: { memory: `${root}/memory`, pids: `${root}/pids` },
    });
    expect(placeOfMemberships(cgroups, lines('1:pids:/docker/another\n'), own)).toBeUndefined();
    const v2 = cgroupsOf(V2);
    const unified = lines('0::/docker/abc\n');
    expect(placeOfMemberships(v2.cgroups, unified, unified)).toEqual({ version: 2, directory: v2.root });
  });

  it('is none where the path cannot be seen or leads out of what is mounted', () => {
    const { cgroups } = cgroupsOf({ ...V2, 'docker/': '' });
    for (const path of ['/docker/abc', '/../../docker/abc', '/..']) {
      expect(placeOfMemberships(cgroups, lines(`0::${path}\n`), []), path).toBeUndefined();
    }
    expect(placeOfMemberships(cgroups, lines('1:pids:/docker\n'), [])).toBeUndefined();
  });
});

describe('a place by the paths of a state file', () => {
  it('is made of the paths as the engine sees them, on the mounts as we see them', () => {
    const { root, cgroups } = cgroupsOf({
      'pids/docker/abc/': '',
      'memory/docker/abc/': '',
      'unified/docker/abc/': '',
    });
    const paths = {
      pids: '/sys/fs/cgroup/pids/docker/abc',
      memory: '/sys/fs/cgroup/memory/docker/abc',
      'name=systemd': '/sys/fs/cgroup/systemd/docker/abc',
      '': '/sys/fs/cgroup/unified/docker/abc',
    };
    expect(placeOfPaths(cgroups, paths)).toEqual({
      version: 1,
      directories: { pids: `${root}/pids/docker/abc`, memory: `${root}/memory/docker/abc` },
      unified: `${root}/unified/docker/abc`,
    });
    const { '': _, ...older } = paths;
    expect(placeOfPaths(cgroups, older)).not.toHaveProperty('unified');
  });

  it('is the path without a controller on v2', () => {
    const { root, cgroups } = cgroupsOf({ ...V2, 'system.slice/docker-abc.scope/': '' });
    const paths = { '': '/sys/fs/cgroup/system.slice/docker-abc.scope' };
    expect(placeOfPaths(cgroups, paths)).toEqual({ version: 2, directory: `${root}/system.slice/docker-abc.scope` });
    expect(placeOfPaths(cgroups, { pids: '/sys/fs/cgroup/pids/x' })).toBeUndefined();
  });

  it('is refused where it leads elsewhere', () => {
    const tree = createTree({ 'cgroup/cgroup.controllers': '', 'secret/': '' });
    tree.link('cgroup/out', '../secret');
    const cgroups = createCgroupFs({ root: '/', path: `${tree.root}/cgroup`, files: createKernelFiles() });
    for (const path of [
      '/sys/fs/cgroup/../secret',
      '/sys/fs/cgroup/out',
      `${tree.root}/secret`,
      '/etc',
      '/sys/fs/cgroups',
      '',
    ]) {
      expect(placeOfPaths(cgroups, { '': path }), path).toBeUndefined();
    }
  });

  it('takes no harm from a document made to do some', () => {
    const { cgroups } = cgroupsOf({ 'pids/': '' });
    const hostile = JSON.parse('{"__proto__":"/sys/fs/cgroup/pids","constructor":"/sys/fs/cgroup/../x"}');
    expect(() => placeOfPaths(cgroups, hostile)).not.toThrow();
  });
});

describe('a place by one path for all hierarchies', () => {
  it('is below each of them that has it', () => {
    const v2 = cgroupsOf({ ...V2, 'machine.slice/libpod-abc.scope/': '' });
    expect(placeOfPath(v2.cgroups, '/machine.slice/libpod-abc.scope')).toEqual({
      version: 2,
      directory: `${v2.root}/machine.slice/libpod-abc.scope`,
    });
    const v1 = cgroupsOf({
      'memory/libpod_parent/abc/': '',
      'pids/libpod_parent/abc/': '',
      'unified/libpod_parent/abc/': '',
    });
    expect(placeOfPath(v1.cgroups, 'libpod_parent/abc')).toEqual({
      version: 1,
      directories: { memory: `${v1.root}/memory/libpod_parent/abc`, pids: `${v1.root}/pids/libpod_parent/abc` },
      unified: `${v1.root}/unified/libpod_parent/abc`,
    });
  });

  it('is refused where it leads out', () => {
    expect(placeOfPath(cgroupsOf(V2).cgroups, '/../..')).toBeUndefined();
  });
});

describe('the directory that lists the processes', () => {
  it('is that of pids, else of cpuacct, else of memory, else any', () => {
    const of = (directories: Record<string, string>) => processesDirectory({ version: 1, directories });
    expect(of({ memory: '/m', cpuacct: '/c', pids: '/p' })).toBe('/p');
    expect(of({ memory: '/m', cpuacct: '/c' })).toBe('/c');
    expect(of({ memory: '/m' })).toBe('/m');
    expect(of({ devices: '/d' })).toBe('/d');
    expect(of({})).toBeUndefined();
    expect(processesDirectory({ version: 2, directory: '/u' })).toBe('/u');
  });
});
