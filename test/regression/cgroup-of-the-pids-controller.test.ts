import { expect, it } from 'vitest';
import { containerId, inspectDocument } from '../fakes/docker-documents.ts';
import { runcState } from '../sources/host-tree.ts';
import { cgroupOf, containerFiles, type MadeHost, openMadeHost, valuesOf } from './made-host.ts';

/*
 * S6 of the 2021 program: it asked runc's state.json for `cgroup_paths["pids"]`. With cgroup v2 there is one path, whose key
 * is empty: the whole collection failed. Both kinds of hierarchy are understood.
 */

const STATE = runcState(containerId('a1'), { '': `/${cgroupOf('a1')}` });

function oldWay(host: MadeHost): string[] {
  const { cgroup_paths: paths } = JSON.parse(host.read(Object.keys(STATE)[0]!)) as {
    cgroup_paths: Record<string, string>;
  };
  return host.read(`${paths['pids'] ?? ''}/cgroup.procs`).split('\n');
}

it('a container on cgroup v2 is found by what runc wrote down', async () => {
  const files: Record<string, string> = { ...containerFiles('a1', { 100: { ticks: 250 } }), ...STATE };
  // So that nothing but the state file leads there.
  delete files['proc/100/cgroup'];
  const host = await openMadeHost({ containers: [inspectDocument({ id: 'a1', name: 'web', pid: 100 })], files });
  expect(valuesOf(await host.cycle(), 'web', 'container.process.cpu.time')).toEqual({ user: 2.5, system: 0 });
  expect(() => oldWay(host)).toThrow('ENOENT');
});
