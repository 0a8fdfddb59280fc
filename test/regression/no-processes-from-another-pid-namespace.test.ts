import { expect, it } from 'vitest';
import { inspectDocument } from '../fakes/docker-documents.ts';
import { cgroupOf, containerFiles, type MadeHost, openMadeHost, valuesOf } from './made-host.ts';

/*
 * netdata#9037, #6882: without the host's PID namespace cgroup.procs is empty (v1) or full of zeros (v2), though the host's
 * procfs is mounted: containers had no processes and no network, and nothing said why. The processes are then found by
 * their own cgroups.
 */

const oldWay = (host: MadeHost): number[] =>
  host
    .read(`${cgroupOf('a1')}/cgroup.procs`)
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0);

it.each(['', '0\n0\n'])('processes are found where cgroup.procs says %j', async (procs) => {
  const host = await openMadeHost({
    containers: [inspectDocument({ id: 'a1', name: 'web', pid: 100 })],
    files: containerFiles('a1', { 100: {}, 101: {} }, { 'cgroup.procs': procs }),
  });
  const request = await host.cycle();
  expect(valuesOf(request, 'web', 'container.process.count')).toMatchObject({ sleeping: 2 });
  expect(valuesOf(request, 'web', 'container.network.io')).toMatchObject({ 'eth0 receive': 0 });
  expect(oldWay(host)).toEqual([]);
});
