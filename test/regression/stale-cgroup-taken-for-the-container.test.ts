import { globSync } from 'node:fs';
import { expect, it } from 'vitest';
import { containerId, inspectDocument } from '../fakes/docker-documents.ts';
import { cgroupOf, containerFiles, type MadeHost, openMadeHost, valuesOf } from './made-host.ts';

/*
 * cadvisor#2791: a cgroup that was left over from a former run answered in the stead of the present one. The runtime's state
 * file or the container's first process says which cgroup it is.
 */

const STALE = `sys/fs/cgroup/a.slice/docker-${containerId('a1')}.scope`;

function oldWay(host: MadeHost): number {
  const [first] = globSync(`sys/fs/cgroup/**/*${containerId('a1')}*/memory.current`, { cwd: host.root }).sort();
  return Number(host.read(first!));
}

it('memory is that of the cgroup that the container runs in', async () => {
  const host = await openMadeHost({
    containers: [inspectDocument({ id: 'a1', name: 'web', pid: 100 })],
    files: {
      ...containerFiles('a1', { 100: {} }, { 'memory.current': '4096\n' }),
      [`${STALE}/memory.current`]: '999\n',
      [`${STALE}/cgroup.procs`]: '',
    },
  });
  expect(cgroupOf('a1') > STALE).toBe(true);
  expect(valuesOf(await host.cycle(), 'web', 'container.memory.usage')).toEqual({ '': 4096 });
  expect(oldWay(host)).toBe(999);
});
