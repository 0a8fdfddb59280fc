import { expect, it } from 'vitest';
import { containerId, inspectDocument } from '../fakes/docker-documents.ts';
import { containerFiles, type MadeHost, netDevOf, openMadeHost, valuesOf } from './made-host.ts';

/*
 * cadvisor#3117, beszel#457, #1410: the counters are the network namespace's. Containers that share one each reported all of
 * its traffic, and sums over containers were multiples of the truth. A namespace is reported once, by its owner.
 */

const TRAFFIC = { netDev: netDevOf({ eth0: 100 }) };

const oldWay = (host: MadeHost): number[] =>
  [100, 200].map((pid) => Number(/eth0: (\d+)/.exec(host.read(`proc/${pid}/net/dev`))![1]));

it.each([
  ['the engine says that it is shared', `container:${containerId('a1')}`],
  ['only the kernel shows that it is shared', 'default'],
])('a network namespace counts once where %s', async (_name, networkMode) => {
  const host = await openMadeHost({
    containers: [
      inspectDocument({ id: 'a1', name: 'app', pid: 100 }),
      inspectDocument({ id: 'b2', name: 'sidecar', pid: 200, networkMode, startedAt: '2025-01-01T00:00:00Z' }),
    ],
    files: { ...containerFiles('a1', { 100: TRAFFIC }), ...containerFiles('b2', { 200: TRAFFIC }) },
  });
  for (const pid of [100, 200]) host.link(`proc/${pid}/ns/net`, 'net:[77]');
  const request = await host.cycle();
  expect(valuesOf(request, 'app', 'container.network.io')).toMatchObject({ 'eth0 receive': 100 });
  expect(valuesOf(request, 'sidecar', 'container.network.io')).toEqual({});
  expect(oldWay(host)).toEqual([100, 100]);
});
