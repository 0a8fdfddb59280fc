import { expect, it } from 'vitest';
import { containerId, inspectDocument } from '../fakes/docker-documents.ts';
import { runcState } from '../sources/host-tree.ts';
import { cgroupOf, containerFiles, openMadeHost, valuesOf } from './made-host.ts';

/*
 * S10 of the 2021 program: it took "/sys" off a path with TrimLeft, which cuts every leading character of that set. That was
 * right by luck, as "fs" begins with none of them; the same cut for the place where cgroups are mounted, which is what has to
 * go here, eats the beginning of "system.slice". A prefix is taken off as a whole.
 */

const SCOPE = `system.slice/docker-${containerId('a1')}.scope`;
const MOUNT = '/sys/fs/cgroup/';

/** As strings.TrimLeft of Go. */
function oldWay(path: string, cutSet: string): string {
  let start = 0;
  while (cutSet.includes(path[start]!)) start++;
  return path.slice(start);
}

it('a cgroup below system.slice is found', async () => {
  const files = containerFiles('a1', { 100: { ticks: 250 } });
  const { [`${cgroupOf('a1')}/cgroup.procs`]: procs, 'proc/100/cgroup': _, ...rest } = files;
  const host = await openMadeHost({
    containers: [inspectDocument({ id: 'a1', name: 'web', pid: 100 })],
    files: {
      ...rest,
      ...runcState(containerId('a1'), { '': MOUNT + SCOPE }),
      [`sys/fs/cgroup/${SCOPE}/cgroup.procs`]: procs!,
    },
  });
  expect(valuesOf(await host.cycle(), 'web', 'container.process.cpu.time')).toEqual({ user: 2.5, system: 0 });
  expect(oldWay(`${MOUNT}${SCOPE}`, '/sys')).toBe(`fs/cgroup/${SCOPE}`);
  expect(() => host.read(`sys/fs/cgroup/${oldWay(MOUNT + SCOPE, MOUNT)}/cgroup.procs`)).toThrow('ENOENT');
});
