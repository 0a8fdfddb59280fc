import { expect, it } from 'vitest';
import { containerId } from '../fakes/docker-documents.ts';
import { type MadeHost, openMadeHost, processFiles, valuesOf } from './made-host.ts';

/*
 * What Datadog's reader of cgroups has to leave out: conmon, which CRI-O runs beside each container, and mount units have a
 * container's identifier in the name of their cgroup. Taken for containers they double the real one. Only what an engine
 * names a container's cgroup is one.
 */

const ID = containerId('a1');
const CGROUPS = {
  100: `/kubepods.slice/crio-conmon-${ID}.scope`,
  101: `/kubepods.slice/crio-${ID}.scope`,
  102: `/system.slice/var-lib-containers-${containerId('b2')}.mount`,
};

const oldWay = (host: MadeHost): string[] =>
  Object.keys(CGROUPS).flatMap((pid) => /[0-9a-f]{64}/.exec(host.read(`proc/${pid}/cgroup`)) ?? []);

it('conmon and mounts are no containers, and no part of one', async () => {
  const files = Object.entries(CGROUPS).map(([pid, path]) => ({
    ...processFiles(Number(pid), 'a1'),
    [`proc/${pid}/cgroup`]: `0::${path}\n`,
  }));
  const host = await openMadeHost({
    containers: [],
    files: Object.assign({}, ...files) as Record<string, string>,
    settings: { 'discovery.source': 'cgroup' },
  });
  expect((await host.discovered()).map(({ id, cgroupPath }) => [id, cgroupPath])).toEqual([[ID, CGROUPS[101]]]);
  const name = ID.slice(0, 12);
  expect(valuesOf(await host.cycle(), name, 'container.process.count')).toMatchObject({ sleeping: 1 });
  expect(oldWay(host)).toEqual([ID, ID, containerId('b2')]);
});
