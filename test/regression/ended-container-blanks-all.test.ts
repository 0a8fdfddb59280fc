import { expect, it } from 'vitest';
import { inspectDocument } from '../fakes/docker-documents.ts';
import { cgroupOf, containerFiles, type MadeHost, openMadeHost, valuesOf } from './made-host.ts';

/*
 * S8 of the 2021 program: a container that was gone by the time its files were read ended the collection with an error (in
 * its first versions with a panic), so that no container had values. Each container is measured by itself.
 */

/** The loop of the old program: the first error is everybody's. */
function oldWay(host: MadeHost, ids: readonly string[]): string[] {
  return ids.map((id) => host.read(`${cgroupOf(id)}/cgroup.procs`));
}

it('a container that has just ended costs the others nothing', async () => {
  const host = await openMadeHost({
    containers: [inspectDocument({ id: 'a1', name: 'gone' }), inspectDocument({ id: 'b2', name: 'web', pid: 200 })],
    files: { ...containerFiles('a1', { 100: {} }), ...containerFiles('b2', { 200: { ticks: 250 } }) },
  });
  expect(oldWay(host, ['a1', 'b2'])).toHaveLength(2);
  for (const path of [cgroupOf('a1'), 'proc/100']) host.remove(path);
  const request = await host.cycle();
  expect(valuesOf(request, 'web', 'container.process.cpu.time')).toEqual({ user: 2.5, system: 0 });
  expect(valuesOf(request, 'gone', 'container.process.cpu.time')).toEqual({});
  expect(() => oldWay(host, ['a1', 'b2'])).toThrow('ENOENT');
});
