import { expect, it } from 'vitest';
import { containerId, inspectDocument } from '../fakes/docker-documents.ts';
import { containerFiles, type MadeHost, openMadeHost, valuesOf } from './made-host.ts';

/*
 * S7 of the 2021 program: it knew one state file, that of Docker with runc. With crun, Podman, or a runtime that writes none
 * it failed. The files of several runtimes are tried, and without any the cgroup of the container's first process leads
 * there.
 */

const ID = containerId('a1');
const runc = JSON.stringify({ cgroup_paths: { '': `/sys/fs/cgroup/docker/${ID}` } });
const crun = JSON.stringify({ 'cgroup-path': `/docker/${ID}` });

const oldWay = (host: MadeHost): unknown => JSON.parse(host.read(`run/docker/runtime-runc/moby/${ID}/state.json`));

it.each([
  ['Docker with crun', { [`run/docker/runtime-crun/moby/${ID}/status`]: crun }],
  ['Podman with crun', { [`run/crun/${ID}/status`]: crun }],
  ['Podman with runc', { [`run/runc/${ID}/state.json`]: runc }],
  ['a runtime nobody knows', { 'proc/100/cgroup': `0::/docker/${ID}\n` }],
])('the processes of a container are found with %s', async (_name, more) => {
  const files: Record<string, string> = containerFiles('a1', { 100: {}, 101: {} });
  for (const pid of [100, 101]) delete files[`proc/${pid}/cgroup`];
  const containers = [inspectDocument({ id: 'a1', name: 'web', pid: 100 })];
  const host = await openMadeHost({ containers, files: { ...files, ...more } });
  expect(valuesOf(await host.cycle(), 'web', 'container.process.count')).toMatchObject({ sleeping: 2 });
  expect(() => oldWay(host)).toThrow('ENOENT');
});
