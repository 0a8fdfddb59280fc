import { expect, it } from 'vitest';
import { inspectDocument } from '../fakes/docker-documents.ts';
import { containerFiles, netDevOf, openMadeHost, valuesOf } from './made-host.ts';

/*
 * S5 of the 2021 program: it took the third line of /proc/PID/net/dev, whichever interface that is. Mostly the loopback
 * went out as the container's traffic, and all other interfaces were lost. Every interface counts under its name, the
 * loopback only where it is asked for.
 */

const oldWay = (netDev: string): number => Number(netDev.split('\n')[2]!.trim().split(/\s+/)[1]);

it('traffic is that of every interface but the loopback', async () => {
  const netDev = netDevOf({ lo: 999, eth0: 100, eth1: 20 });
  const host = await openMadeHost({
    containers: [inspectDocument({ id: 'a1', name: 'web', pid: 100 })],
    files: containerFiles('a1', { 100: { netDev } }),
  });
  const traffic = valuesOf(await host.cycle(), 'web', 'container.network.io');
  expect(Object.values(traffic).filter((bytes) => bytes > 0)).toEqual([100, 20]);
  expect(Object.keys(traffic).join()).toContain('eth1');
  expect(oldWay(host.read('proc/100/net/dev'))).toBe(999);
});
