import { expect, it } from 'vitest';
import { inspectDocument } from '../fakes/docker-documents.ts';
import { cgroupOf, containerFiles, openMadeHost, valuesOf } from './made-host.ts';

/*
 * cadvisor#3611: a counter of the kernel that fell by a little made a difference of unsigned numbers, and so a spike of
 * billions of seconds. A counter that falls stands still until the kernel is past it again.
 */

const cpuStat = (userMicros: number) => `usage_usec ${userMicros}\nuser_usec ${userMicros}\nsystem_usec 0\n`;
const oldWay = (before: number, now: number): number => Number(BigInt.asUintN(64, BigInt(now) - BigInt(before))) / 1e6;

it('CPU time that the kernel takes back is no spike and no fall', async () => {
  const host = await openMadeHost({
    containers: [inspectDocument({ id: 'a1', name: 'web' })],
    files: containerFiles('a1', { 4242: {} }, { 'cpu.stat': cpuStat(50_000_000) }),
  });
  await host.cycle();
  host.write({ [`${cgroupOf('a1')}/cpu.stat`]: cpuStat(49_000_000) });
  const request = await host.cycle();
  expect(valuesOf(request, 'web', 'container.cpu.time')['user']).toBe(50);
  expect(valuesOf(request, 'web', 'container.cpu.usage')['user']).toBe(0);
  expect(oldWay(50_000_000, 49_000_000)).toBeGreaterThan(1e9);
  host.write({ [`${cgroupOf('a1')}/cpu.stat`]: cpuStat(55_000_000) });
  expect(valuesOf(await host.cycle(), 'web', 'container.cpu.usage')['user']).toBeCloseTo(0.5, 9);
});
