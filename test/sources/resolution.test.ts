import { describe, expect, it } from 'vitest';
import { createResolver } from '../../src/sources/resolution.ts';
import { createHostTree, DOCKER_V2, ID, named, OTHER_ID, processFiles, runcState, V2 } from './host-tree.ts';
import { resolveAll } from './resolve-all.ts';

const CGROUP = `0::/docker/${ID}\n`;
const HOST = {
  ...V2,
  [`${DOCKER_V2}/cgroup.procs`]: '100\n',
  [`${DOCKER_V2}/jobs/cgroup.procs`]: '101\n',
  ...processFiles(100, CGROUP),
  ...processFiles(101, `0::/docker/${ID}/jobs\n`),
  ...runcState(ID, { '': `/sys/fs/cgroup/docker/${ID}` }),
};
const pidsOf = (content: Record<string, string>, container = named(ID)) =>
  resolveAll(createResolver(createHostTree(content)), [container])[0]?.pids;

describe('the processes of a container', () => {
  it('are those of its cgroup and of all below it', () => {
    expect(pidsOf(HOST)).toEqual([100, 101]);
  });

  it('are found by walking over all processes where the cgroup lists none or zeros, as in another PID namespace', () => {
    for (const listed of ['', '0\n0\n']) {
      const foreign = { ...HOST, [`${DOCKER_V2}/cgroup.procs`]: listed, [`${DOCKER_V2}/jobs/cgroup.procs`]: listed };
      expect(pidsOf(foreign), JSON.stringify(listed)).toEqual([100, 101]);
    }
  });

  it('are those that can be named where the cgroup lists some and zeros', () => {
    expect(pidsOf({ ...HOST, [`${DOCKER_V2}/cgroup.procs`]: '0\n100\n' })).toEqual([100, 101]);
  });

  it('are found by walking where no cgroup can be seen', () => {
    const blind = { ...processFiles(100, CGROUP), ...processFiles(200, `0::/docker/${OTHER_ID}\n`) };
    expect(pidsOf(blind)).toEqual([100]);
  });

  it('include those of containers inside the container', () => {
    const nested = {
      ...processFiles(100, CGROUP),
      ...processFiles(300, `0::/docker/${ID}/docker/${OTHER_ID}\n`),
    };
    expect(pidsOf(nested)).toEqual([100, 300]);
  });

  it('are none, without a walk, for a container that does not run', () => {
    const { pid: _, ...exited } = named(ID, { state: 'exited' });
    const host = createHostTree(processFiles(100, CGROUP));
    expect(resolveAll(createResolver(host), [exited])[0]?.pids).toEqual([]);
    expect(host.files.counts().has('proc')).toBe(false);
  });

  it('are walked for at most once in a cycle, however many containers need it', () => {
    const host = createHostTree({ ...processFiles(100, CGROUP), ...processFiles(200, `0::/docker/${OTHER_ID}\n`) });
    const resolved = resolveAll(createResolver(host), [named(ID), named(OTHER_ID)]);
    expect(resolved.map(({ pids }) => pids)).toEqual([[100], [200]]);
    expect(host.files.counts().get('proc')?.total).toBe(1);
  });
});

describe('what is remembered', () => {
  const stateReads = (host: ReturnType<typeof createHostTree>) => host.files.counts().get('runtime.state')?.total;

  it('is the cgroup, as long as the container runs', () => {
    const host = createHostTree(HOST);
    const resolver = createResolver(host);
    for (let cycle = 0; cycle < 3; cycle++) resolveAll(resolver, [named(ID)]);
    expect(stateReads(host)).toBe(1);
  });

  it('is not the cgroup of the run before', () => {
    const host = createHostTree(HOST);
    const resolver = createResolver(host);
    resolveAll(resolver, [named(ID)]);
    resolveAll(resolver, [named(ID, { pid: 101, startedAtMs: 5 })]);
    expect(stateReads(host)).toBe(2);
  });

  it('is nothing of a container that was not asked for in between', () => {
    const host = createHostTree(HOST);
    const resolver = createResolver(host);
    resolveAll(resolver, [named(ID)]);
    resolveAll(resolver, []);
    resolveAll(resolver, [named(ID)]);
    expect(stateReads(host)).toBe(2);
  });

  it('is no failure: a cgroup that could not be found is looked for again', () => {
    const host = createHostTree({ ...V2, ...processFiles(100, CGROUP) });
    const resolver = createResolver(host);
    expect(resolveAll(resolver, [named(ID)])[0]?.located.place).toBeUndefined();
    host.write({ [`${DOCKER_V2}/cgroup.procs`]: '100\n' });
    expect(resolveAll(resolver, [named(ID)])[0]?.located.place).toBeDefined();
  });
});

describe('the network namespace', () => {
  it('is that of the first process, and kept when that process is gone', () => {
    const host = createHostTree(HOST);
    host.link('proc/100/ns/net', 'net:[77]');
    const resolver = createResolver(host);
    expect(resolveAll(resolver, [named(ID)])[0]?.netNamespace).toBe(77);
    host.remove('proc/100');
    expect(resolveAll(resolver, [named(ID)])[0]?.netNamespace).toBe(77);
  });

  it('is absent where it may not be looked at', () => {
    expect(resolveAll(createResolver(createHostTree(HOST)), [named(ID)])[0]?.netNamespace).toBeUndefined();
  });
});

it('never throws when everything is gone at any moment of the resolution', () => {
  let looks = 0;
  resolveAll(createResolver(createHostTree(HOST, () => void looks++)), [named(ID)]);
  for (let last = 0; last < looks; last++) {
    let left = last;
    const host = createHostTree(HOST, () => {
      if (left-- === 0) for (const part of ['proc', 'sys', 'run']) host.remove(part);
    });
    expect(() => resolveAll(createResolver(host), [named(ID)])).not.toThrow();
  }
});
