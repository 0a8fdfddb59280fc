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

  it('finds a container that runs containers as one', async () => {
    const found = await discover({
      ...BOOT,
      ...processFiles(20, `0::/docker/${ID}\n`),
      ...processFiles(21, `0::/docker/${ID}/docker/${OTHER_ID}\n`),
    });
    expect(found.map(({ id }) => id)).toEqual([ID]);
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
