import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRuntimeState, readRuntimeState } from '../../../src/sources/cgroup/runtime-state.ts';
import { createKernelFiles } from '../../../src/sources/kernel-files.ts';
import { corrupted } from '../corruption.ts';
import { fixture, fixtures } from '../fixtures.ts';
import { createTree } from '../tree.ts';

const ID = '4107d1fad54f18113a7bedefb041402212423d0b8c9fa3ca0d2393d398ee27ed';
const parse = (document: unknown) => parseRuntimeState(Buffer.from(JSON.stringify(document)));

describe('the state of a runtime', () => {
  it('has a path for each controller, as runc wrote it on v1', () => {
    const state = parseRuntimeState(fixture(`hosts/v1-docker/run/docker/runtime-runc/moby/${ID}/state.json`));
    expect(state).toMatchObject({ kind: 'paths', paths: { pids: `/sys/fs/cgroup/pids/docker/${ID}` } });
  });

  it('has one path without a controller, as runc wrote it on v2', () => {
    const [file] = fixtures('hosts/v2-docker/run/docker/runtime-runc/moby/ed9da3*/state.json');
    expect(parseRuntimeState(file!)).toEqual({
      kind: 'paths',
      paths: { '': '/sys/fs/cgroup/docker/ed9da31aaaf6e08cbb2150fbebbfd850a8d1de746ac7524db06eaf1aea72e00a' },
    });
  });

  it('has one path below all hierarchies in the status of crun', () => {
    expect(parse({ pid: 42, 'cgroup-path': `/machine.slice/libpod-${ID}.scope`, rootless: false })).toEqual({
      kind: 'path',
      path: `/machine.slice/libpod-${ID}.scope`,
      pid: 42,
    });
  });

  it('leaves out paths that are none', () => {
    expect(parse({ cgroup_paths: { pids: '/sys/fs/cgroup/pids/a', cpu: 5, memory: null } })).toEqual({
      kind: 'paths',
      paths: { pids: '/sys/fs/cgroup/pids/a' },
    });
  });

  it('is nothing where the document is another one', () => {
    for (const document of [null, 5, 'x', [], {}, { cgroup_paths: null }, { cgroup_paths: {} }, { 'cgroup-path': 1 }]) {
      expect(parse(document), JSON.stringify(document)).toBeUndefined();
    }
    fc.assert(fc.property(fc.jsonValue(), (document) => void parse(document)));
    fc.assert(fc.property(corrupted(fixtures('hosts/*/run/**/state.json')), (bytes) => void parseRuntimeState(bytes)));
  });
});

describe('the state files of a container', () => {
  const found = (files: Record<string, string>, id = ID) => {
    const { root } = createTree(files);
    const attempts = readRuntimeState(createKernelFiles(), root, id);
    return { last: attempts.at(-1), tried: attempts.map(({ file }) => file.slice(root.length + 1)) };
  };
  const RUNC = JSON.stringify({ cgroup_paths: { '': '/sys/fs/cgroup/x' } });
  const CRUN = JSON.stringify({ 'cgroup-path': '/x' });

  it.each([
    ['Docker with runc', `docker/runtime-runc/moby/${ID}/state.json`, RUNC],
    ['Docker with crun', `docker/runtime-crun/moby/${ID}/status`, CRUN],
    ['runc', `runc/${ID}/state.json`, RUNC],
    ['crun', `crun/${ID}/status`, CRUN],
    ['containerd under Kubernetes', `containerd/runc/k8s.io/${ID}/state.json`, RUNC],
    ['containerd', `containerd/runc/default/${ID}/state.json`, RUNC],
  ])('are those of %s', (_what, file, content) => {
    const { last, tried } = found({ [file]: content });
    expect(tried.at(-1)).toBe(file);
    expect(last?.outcome.status).toBe('ok');
  });

  it('are tried on after one that is malformed', () => {
    const { last, tried } = found({
      [`docker/runtime-runc/moby/${ID}/state.json`]: '{"id":',
      [`crun/${ID}/status`]: CRUN,
    });
    expect(tried.length).toBeGreaterThan(1);
    expect(last?.outcome).toEqual({ status: 'ok', value: { kind: 'path', path: '/x' } });
  });

  it('are all gone where the container has ended', () => {
    expect(found({}).last?.outcome).toEqual({ status: 'gone' });
  });

  it('are not looked for under an identifier that is no name', () => {
    for (const id of ['', '..', '.', '../../etc', 'a/b', 'host:/a', 'a\0b'])
      expect(found({}, id).tried, id).toEqual([]);
  });
});
