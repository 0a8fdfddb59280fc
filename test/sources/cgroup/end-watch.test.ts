import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createCgroupFs } from '../../../src/sources/cgroup/cgroup-fs.ts';
import { createEndWatch, parsePopulated } from '../../../src/sources/cgroup/end-watch.ts';
import type { Container } from '../../../src/sources/container.ts';
import { createKernelFiles } from '../../../src/sources/kernel-files.ts';
import { container } from '../../fakes/containers.ts';
import { createTree } from '../tree.ts';

const ID = 'a1'.repeat(32);
const STATE_FILE = `run/docker/runtime-runc/moby/${ID}/state.json`;
const UNIFIED = `cgroup/unified/docker/${ID}`;
const CPUACCT = `cgroup/cpuacct/docker/${ID}`;
const STARTED_MS = 1_000_000;

const job = (more: Partial<Container> = {}): Container =>
  container('job', { id: ID, startedAtMs: STARTED_MS, pid: 77, ...more });
const events = (populated: 0 | 1) => `populated ${populated}\nfrozen 0\n`;

/** A hybrid host: the controllers on v1, and the v2 hierarchy beside them. */
function createHost() {
  const paths = { '': `/sys/fs/cgroup/unified/docker/${ID}`, cpuacct: `/sys/fs/cgroup/cpuacct/docker/${ID}` };
  const tree = createTree({
    [STATE_FILE]: JSON.stringify({ cgroup_paths: paths, init_process_pid: 77 }),
    [`${UNIFIED}/cgroup.events`]: events(1),
    [`${CPUACCT}/cpuacct.stat`]: 'user 10\nsystem 5\n',
  });
  const endWatch = createEndWatch({
    cgroups: createCgroupFs({ root: '/', path: `${tree.root}/cgroup`, files: createKernelFiles() }),
    runPath: `${tree.root}/run`,
    families: new Set(['cpu']),
    now: () => STARTED_MS + 500,
  });
  onTestFinished(endWatch.close);
  return { tree, endWatch };
}

describe('the watch for the end of a cgroup', () => {
  it('reads the accounting when the last process has ended, and hands it out once', async () => {
    const { tree, endWatch } = createHost();
    endWatch.begin(ID);
    tree.write({ [`${CPUACCT}/cpuacct.stat`]: 'user 70\nsystem 20\n' });
    expect(endWatch.take(job())).toBeUndefined();
    tree.write({ [`${UNIFIED}/cgroup.events`]: events(0) });
    expect(await vi.waitUntil(() => endWatch.take(job()))).toMatchObject({
      cpuTime: { userSeconds: 0.7, systemSeconds: 0.2 },
    });
    expect(endWatch.take(job())).toBeUndefined();
  });

  it('reads at once what has ended before it was watched', () => {
    const { tree, endWatch } = createHost();
    tree.write({ [`${UNIFIED}/cgroup.events`]: events(0) });
    endWatch.begin(ID);
    expect(endWatch.take(job({ state: 'exited' }))).toBeDefined();
  });

  it('gives the reading of one run to no other', () => {
    const { tree, endWatch } = createHost();
    tree.write({ [`${UNIFIED}/cgroup.events`]: events(0) });
    endWatch.begin(ID);
    expect(endWatch.take(job({ pid: 78 }))).toBeUndefined();
    expect(endWatch.take(job({ startedAtMs: STARTED_MS + 501 }))).toBeUndefined();
    expect(endWatch.take(container('other'))).toBeUndefined();
    expect(endWatch.take(job())).toBeDefined();
  });

  it('makes nothing of a container whose cgroup is gone or cannot be found', () => {
    const { tree, endWatch } = createHost();
    endWatch.begin('ff'.repeat(32));
    tree.remove(UNIFIED);
    endWatch.begin(ID);
    expect(endWatch.take(job())).toBeUndefined();
  });

  it('forgets what two cycles in a row do not know', () => {
    const { tree, endWatch } = createHost();
    tree.write({ [`${UNIFIED}/cgroup.events`]: events(0) });
    endWatch.begin(ID);
    endWatch.keepOnly(new Set());
    endWatch.keepOnly(new Set([ID]));
    endWatch.keepOnly(new Set());
    endWatch.keepOnly(new Set());
    expect(endWatch.take(job())).toBeUndefined();
  });
});

it.each([
  ['populated 1\nfrozen 0\n', true],
  ['frozen 0\npopulated 0\n', false],
  ['', undefined],
  ['populated yes\n', undefined],
])('reads in %j whether a cgroup has processes: %s', (text, populated) => {
  expect(parsePopulated(Buffer.from(text))).toBe(populated);
});
