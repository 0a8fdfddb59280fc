import { expect, it } from 'vitest';
import { createCgroupDiscovery } from '../../src/sources/cgroup/discovery.ts';
import { createHostTree, ID, processFiles } from '../sources/host-tree.ts';

/*
 * Found by their cgroups, a container's start is that of its first process. When that one ended, or could not be read for
 * once, the start moved to the next process: another start is another run, and all counters began anew.
 */
it('keeps the start of a container whose first process has ended', async () => {
  const cgroup = `0::/docker/${ID}\n`;
  const tree = createHostTree({
    'proc/stat': 'btime 1700000000\n',
    ...processFiles(20, cgroup, { startTimeTicks: 700 }),
    ...processFiles(30, cgroup, { startTimeTicks: 900 }),
  });
  const discovery = createCgroupDiscovery({ proc: tree.proc });
  const start = async () => (await discovery.current()).map(({ startedAtMs }) => startedAtMs);
  expect(await start()).toEqual([1_700_000_007_000]);
  tree.remove('proc/20');
  for (let cycle = 0; cycle < 3; cycle++) expect(await start()).toEqual([1_700_000_007_000]);
  // One in which nothing is left of what was there is another run.
  tree.remove('proc/30');
  tree.write(processFiles(40, cgroup, { startTimeTicks: 1_500 }));
  expect(await start()).toEqual([1_700_000_015_000]);
});
