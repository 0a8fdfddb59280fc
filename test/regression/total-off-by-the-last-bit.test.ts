import { expect, it } from 'vitest';
import { inspectDocument } from '../fakes/docker-documents.ts';
import { cgroupOf, containerFiles, openMadeHost, valuesOf } from './made-host.ts';

/*
 * The SDK makes a total of the differences between what is observed: of 0.1 after 1e16 it made 0, and a total that stood
 * still went from 0.12445600000000001 to 0.124456 when the message was filled with what was read (found by the accuracy suite).
 */

const cpuStat = (userMicros: number) => `usage_usec ${userMicros}\nuser_usec ${userMicros}\nsystem_usec 0\n`;
const MICROS = [11_949, 28_053, 124_456];

it('a total is what the kernel says to the last bit, also where the SDK has summed it up', async () => {
  const host = await openMadeHost({
    containers: [inspectDocument({ id: 'a1', name: 'web' })],
    files: containerFiles('a1', { 4242: {} }, { 'cpu.stat': cpuStat(0) }),
  });
  await host.cycle();
  for (const micros of MICROS) {
    host.write({ [`${cgroupOf('a1')}/cpu.stat`]: cpuStat(micros) });
    expect(valuesOf(await host.cycle(), 'web', 'container.cpu.time')['user']).toBe(micros / 1e6);
  }
});
