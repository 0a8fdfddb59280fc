import { expect, it } from 'vitest';
import { containerId, inspectDocument } from '../fakes/docker-documents.ts';
import { runcState } from '../sources/host-tree.ts';
import { cgroupOf, containerFiles, openMadeHost, valuesOf } from './made-host.ts';

/*
 * cadvisor#3575, telegraf#8122: what a container used between the last collection and its end was lost with its cgroup. The
 * kernel tells when the cgroup has become empty, and it is read once more before it is gone.
 */

const cpuStat = (userMicros: number) => `usage_usec ${userMicros}\nuser_usec ${userMicros}\nsystem_usec 0\n`;

it('what was used between the last cycle and the end is sent', async () => {
  const host = await openMadeHost({
    containers: [inspectDocument({ id: 'a1', name: 'job', pid: 100 })],
    files: {
      ...containerFiles('a1', { 100: {} }, { 'cpu.stat': cpuStat(1_000_000), 'cgroup.events': 'populated 1\n' }),
      ...runcState(containerId('a1'), { '': `/${cgroupOf('a1')}` }),
    },
  });
  expect(valuesOf(await host.cycle(), 'job', 'container.cpu.time')['user']).toBe(1);
  const oldWay = valuesOf(await host.cycle(), 'job', 'container.cpu.time')['user'];

  const reads = () => host.sources.files.counts().get('cgroup.cpu.stat')!.total;
  const before = reads();
  host.remove('proc/100');
  host.write({
    [`${cgroupOf('a1')}/cpu.stat`]: cpuStat(9_000_000),
    [`${cgroupOf('a1')}/cgroup.events`]: 'populated 0\n',
  });
  await expect.poll(reads).toBe(before + 1);
  host.remove(cgroupOf('a1'));
  host.engine.die(containerId('a1'));
  await expect.poll(host.discovered).toMatchObject([{ state: 'exited' }]);
  const { resourceMetrics = [] } = await host.cycle();
  const sent = resourceMetrics.map(
    (each) => valuesOf({ resourceMetrics: [each] }, 'job', 'container.cpu.time')['user'],
  );
  expect(sent).toContain(9);
  expect(oldWay).toBe(1);
});
