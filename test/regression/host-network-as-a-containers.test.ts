import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inspectDocument } from '../fakes/docker-documents.ts';
import { containerFiles, type MadeHost, netDevOf, openMadeHost, valuesOf } from './made-host.ts';

/*
 * cadvisor#749: a container on the host's network reported all of the host's traffic as its own. The host's network is
 * nobody's. And datadog-agent PR#47944: /proc/self and /proc/net are the agent's own, which in a container is not the host;
 * the host's namespace is that of process 1.
 */

const HOST_TRAFFIC = { netDev: netDevOf({ eth0: 5_000_000 }) };

async function openHost(networkMode: string): Promise<MadeHost> {
  const host = await openMadeHost({
    containers: [
      inspectDocument({ id: 'a1', name: 'node', pid: 100, networkMode }),
      inspectDocument({ id: 'b2', name: 'agent', pid: 200 }),
    ],
    files: { ...containerFiles('a1', { 100: HOST_TRAFFIC }), ...containerFiles('b2', { 200: {} }) },
  });
  for (const pid of ['1', '100']) host.link(`proc/${pid}/ns/net`, 'net:[4026531840]');
  for (const pid of ['self', '200']) host.link(`proc/${pid}/ns/net`, 'net:[77]');
  host.link('proc/1/ns/pid', 'pid:[4026531836]');
  return host;
}

const oldTraffic = (host: MadeHost): number => Number(/eth0: (\d+)/.exec(host.read('proc/100/net/dev'))![1]);
const namespaceOf = (host: MadeHost, pid: string): string => readlinkSync(join(host.root, `proc/${pid}/ns/net`));
const isOnHostOldWay = (host: MadeHost, pid: string): boolean => namespaceOf(host, pid) === namespaceOf(host, 'self');

it('the traffic of the host is not that of a container on its network', async () => {
  const host = await openHost('host');
  const request = await host.cycle();
  expect(valuesOf(request, 'node', 'container.network.io')).toEqual({});
  expect(valuesOf(request, 'agent', 'container.network.io')).toMatchObject({ 'eth0 receive': 0 });
  expect(oldTraffic(host)).toBe(5_000_000);
});

it("the host's network is told by process 1, not by the network of the agent", async () => {
  const host = await openHost('default');
  const request = await host.cycle();
  expect(valuesOf(request, 'node', 'container.network.io')).toEqual({});
  expect(valuesOf(request, 'agent', 'container.network.io')).toMatchObject({ 'eth0 receive': 0 });
  expect(isOnHostOldWay(host, '100')).toBe(false);
  expect(isOnHostOldWay(host, '200')).toBe(true);
});
