import { symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { createCgroupDiscovery } from '../../../src/sources/cgroup/discovery.ts';
import { FIXTURES } from '../fixtures.ts';
import { createHostTree, ID, OTHER_ID, processFiles } from '../host-tree.ts';
import { procAt } from '../tree.ts';

const BOOT = { 'proc/stat': 'btime 1700000000\n' };
const discover = (content: Record<string, string>) =>
  createCgroupDiscovery({ proc: createHostTree(content).proc }).current();

describe('discovery without an engine', () => {
  it('finds the containers that the paths of processes name', async () => {
    const found = await discover({
      ...BOOT,
      ...processFiles(1, '0::/init.scope\n'),
      ...processFiles(20, `0::/docker/${ID}\n`, { startTimeTicks: 700 }),
      ...processFiles(21, `0::/docker/${ID}/jobs\n`, { startTimeTicks: 300 }),
      ...processFiles(30, `0::/machine.slice/libpod-${OTHER_ID}.scope/container\n`),
    });
    expect(found).toEqual([
      expect.objectContaining({
        id: ID,
        name: ID.slice(0, 12),
        runtime: 'docker',
        state: 'running',
        pid: 21,
        startedAtMs: 1_700_000_003_000,
        cgroupPath: `/docker/${ID}`,
        network: { kind: 'unknown' },
      }),
      expect.objectContaining({
        id: OTHER_ID,
        runtime: 'podman',
        pid: 30,
        cgroupPath: `/machine.slice/libpod-${OTHER_ID}.scope`,
      }),
    ]);
  });

  it('keeps the start of a container when the clock is set, and gives a new one the time of now', async () => {
    const tree = createHostTree({
      ...BOOT,
      ...processFiles(20, `0::/docker/${ID}\n`, { startTimeTicks: 700 }),
      ...processFiles(30, `0::/docker/${OTHER_ID}\n`, { startTimeTicks: 900 }),
    });
    const discovery = createCgroupDiscovery({ proc: tree.proc });
    const starts = async () => (await discovery.current()).map(({ startedAtMs }) => startedAtMs);
    expect(await starts()).toEqual([1_700_000_007_000, 1_700_000_009_000]);
    writeFileSync(`${tree.root}/proc/stat`, 'btime 1699996400\n');
    const [path, text] = Object.entries(processFiles(30, '', { startTimeTicks: 950 })).find(([name]) =>
      name.endsWith('/stat'),
    )!;
    writeFileSync(`${tree.root}/${path}`, text);
    for (let cycle = 0; cycle < 3; cycle += 1) expect(await starts()).toEqual([1_700_000_007_000, 1_699_996_409_500]);
  });

  it('finds a container that runs containers as one', async () => {
    const found = await discover({
      ...BOOT,
      ...processFiles(20, `0::/docker/${ID}\n`),
      ...processFiles(21, `0::/docker/${ID}/docker/${OTHER_ID}\n`),
    });
    expect(found.map(({ id }) => id)).toEqual([ID]);
  });

  it('knows the sandbox of a pod by its only process', async () => {
    const pod = '/kubepods/besteffort/pod0b5a4ad3-0b0b-4a6e-9d3c-3f0c1d2e4f5a';
    const tree = createHostTree({
      ...BOOT,
      ...processFiles(20, `0::${pod}/${ID}\n`),
      ...processFiles(30, `0::${pod}/${OTHER_ID}\n`),
    });
    symlinkSync('/pause', `${tree.root}/proc/20/exe`);
    symlinkSync('/usr/sbin/nginx', `${tree.root}/proc/30/exe`);
    const found = await createCgroupDiscovery({ proc: tree.proc }).current();
    expect(found.map(({ id, isPodSandbox }) => [id, isPodSandbox])).toEqual([
      [ID, true],
      [OTHER_ID, undefined],
    ]);
  });

  it('finds those of a captured host under the ids that the engine gave them', async () => {
    for (const [host, count] of [
      ['v1-docker', 4],
      ['v2-docker', 4],
    ] as const) {
      const found = await createCgroupDiscovery({ proc: procAt(`${FIXTURES}hosts/${host}/proc`) }).current();
      expect(found).toHaveLength(count);
      for (const { cgroupPath, id, startedAtMs } of found) {
        expect(cgroupPath).toBe(`/docker/${id}`);
        expect(new Date(startedAtMs!).toISOString()).toMatch(/^2026-11-2[23]T/);
      }
    }
  });

  it('falls back to the cgroup that it runs in', async () => {
    const found = await discover({
      ...BOOT,
      'proc/self/cgroup': '0::/app\n',
      ...processFiles(5, '0::/app\n'),
      ...processFiles(9, '0::/elsewhere\n'),
    });
    expect(found).toEqual([
      expect.objectContaining({
        id: `${hostname()}:/app`,
        name: hostname(),
        runtime: 'none',
        pid: 5,
        cgroupPath: '/app',
      }),
    ]);
  });

  it('has the name of the host alone where it runs at the top', async () => {
    const [only] = await discover({ ...BOOT, 'proc/self/cgroup': '0::/\n', ...processFiles(1, '0::/\n') });
    expect(only).toMatchObject({ id: hostname(), pid: 1 });
  });

  it('knows no start where the boot time cannot be read, and no process where none is left', async () => {
    const [container] = await discover(processFiles(20, `0::/docker/${ID}\n`));
    expect(container).not.toHaveProperty('startedAtMs');
    const [own] = await discover({ 'proc/self/cgroup': '0::/app\n' });
    expect(own).not.toHaveProperty('pid');
  });

  it('finds nothing, and does not fail, without a procfs', async () => {
    expect(await discover({})).toEqual([]);
  });
});
