import { describe, expect, it } from 'vitest';
import { createCgroupFs, directoryBelow } from '../../../src/sources/cgroup/cgroup-fs.ts';
import { createKernelFiles } from '../../../src/sources/kernel-files.ts';
import { FIXTURES } from '../fixtures.ts';
import { createTree } from '../tree.ts';

const files = createKernelFiles();

describe('the cgroup hierarchies', () => {
  it("are below the host's root, or where they are said to be", () => {
    expect(createCgroupFs({ root: '/nowhere/', path: '', files }).path).toBe('/nowhere/sys/fs/cgroup');
    expect(createCgroupFs({ root: '/nowhere', path: '/elsewhere', files }).path).toBe('/elsewhere');
  });

  it('are v2 where the unified one is mounted at the top, and v1 everywhere else', () => {
    expect(createCgroupFs({ root: `${FIXTURES}hosts/v2-docker`, path: '', files }).version).toBe(2);
    expect(createCgroupFs({ root: `${FIXTURES}hosts/v1-docker`, path: '', files }).version).toBe(1);
    const hybrid = createTree({ 'unified/cgroup.controllers': '', 'pids/cgroup.procs': '' });
    expect(createCgroupFs({ root: '/', path: hybrid.root, files }).version).toBe(1);
  });
});

describe('a directory below a hierarchy', () => {
  it('is found where it exists', () => {
    const { root } = createTree({ 'docker/abc/cgroup.procs': '' });
    expect(directoryBelow(root, '/docker/abc')).toBe(`${root}/docker/abc`);
    expect(directoryBelow(root, 'docker/abc/')).toBe(`${root}/docker/abc`);
    expect(directoryBelow(`${root}/`, '/')).toBe(root);
    expect(directoryBelow('/', root)).toBe(root);
    expect(directoryBelow(`${root}/nothing`, '/')).toBeUndefined();
  });

  it('is none where there is nothing, even halfway or in a name that no file system has', () => {
    const { root } = createTree({ 'docker/file': '' });
    for (const path of ['/docker/abc', '/nothing/abc', '/docker/file/abc', '/a\0b', `/${'x'.repeat(5000)}`]) {
      expect(directoryBelow(root, path), path.slice(0, 30)).toBeUndefined();
    }
  });

  it('is none where the path leads out of the hierarchy', () => {
    const tree = createTree({ 'base/a/': '', 'based/': '', 'secret/': '' });
    const base = `${tree.root}/base`;
    for (const path of ['/..', '/../secret', '/a/../../secret', '../based', '/../base/../based']) {
      expect(directoryBelow(base, path), path).toBeUndefined();
    }
    expect(directoryBelow(base, '/a/../a')).toBe(`${base}/a`);
  });

  it('is none where a link leads out of the hierarchy, or round in a circle', () => {
    const tree = createTree({ 'base/a/': '', 'secret/': '' });
    tree.link('base/out', '../secret');
    tree.link('base/absolute', '/');
    tree.link('base/circle', 'circle');
    tree.link('base/inside', 'a');
    const base = `${tree.root}/base`;
    expect(directoryBelow(base, '/out')).toBeUndefined();
    expect(directoryBelow(base, '/absolute/etc')).toBeUndefined();
    expect(directoryBelow(base, '/circle')).toBeUndefined();
    expect(directoryBelow(base, '/inside')).toBe(`${base}/inside`);
  });

  it('may be below a hierarchy that is a link itself, as cpuacct is one to cpu,cpuacct', () => {
    const tree = createTree({ 'cpu,cpuacct/docker/abc/': '' });
    tree.link('cpuacct', 'cpu,cpuacct');
    expect(directoryBelow(`${tree.root}/cpuacct`, '/docker/abc')).toBe(`${tree.root}/cpuacct/docker/abc`);
  });
});
