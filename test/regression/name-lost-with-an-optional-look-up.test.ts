import { expect, it } from 'vitest';
import { inspectDocument } from '../fakes/docker-documents.ts';
import { attributeOf, metricNames, resourceOf } from '../golden/request.ts';
import { cgroupOf, containerFiles, openMadeHost, valuesOf } from './made-host.ts';

/*
 * cadvisor#3643, #3860, alloy#6308: when a look-up that only some values needed failed (there the container's writable
 * layer, after the engine had moved it), the whole container was dropped or lost its name. The name comes from the engine
 * alone, stays while the engine is away, and what cannot be looked up is missing by itself.
 */

/** All look-ups belong together: the first that fails is the end of it. */
const oldWay = (lookUps: readonly (() => string)[]): string | undefined => {
  try {
    return lookUps.map((lookUp) => lookUp())[0];
  } catch {
    return undefined;
  }
};

it('the name and all other values are there whatever cannot be looked up', async () => {
  const document = inspectDocument({ id: 'a1', name: 'web', pid: 100 });
  const host = await openMadeHost({
    containers: [document],
    files: containerFiles('a1', { 100: { ticks: 250 } }),
    settings: { 'resource.imageDigests': true },
  });
  // Neither its image, nor its cgroup, nor its network.
  host.engine.setFaults({ path: /images\/.*\/json$/, status: 500 });
  host.remove(cgroupOf('a1'));
  host.remove('proc/100/net');
  const request = await host.cycle();
  expect(valuesOf(request, 'web', 'container.process.cpu.time')).toEqual({ user: 2.5, system: 0 });
  expect(metricNames(resourceOf(request, 'web'))).toContain('container.uptime');
  const name = () => document.Name.slice(1);
  expect(oldWay([name])).toBe('web');
  expect(oldWay([name, () => host.read(`${cgroupOf('a1')}/memory.current`)])).toBeUndefined();
});

it('the name stays while the engine is away', async () => {
  const host = await openMadeHost({
    containers: [inspectDocument({ id: 'a1', name: 'web', pid: 100 })],
    files: containerFiles('a1', { 100: { ticks: 250 } }),
  });
  await host.cycle();
  await host.engine.shut();
  const { discovery } = host.sources;
  await expect.poll(() => discovery.current().then(discovery.status)).toMatchObject({ status: 'away' });
  const request = await host.cycle();
  expect(attributeOf(resourceOf(request, 'web'), 'service.name')).toBe('web');
  expect(valuesOf(request, 'web', 'container.process.cpu.time')).toEqual({ user: 2.5, system: 0 });
});
