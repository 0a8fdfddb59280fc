import { expect, it, vi } from 'vitest';
import { containerId, inspectDocument } from '../fakes/docker-documents.ts';
import { openMadeHost, valuesOf } from './made-host.ts';

/*
 * cadvisor#1329, telegraf#8122: a container that came and went between two collections was never heard of. Its events tell
 * that it ran and how it ended; that nothing of it was measured is counted.
 */

it('a container that came and went between two cycles is told of, once, and counted', async () => {
  const host = await openMadeHost({ containers: [] });
  const running = () => [...host.engine.containers.values()].map(({ Name }) => Name);
  await host.cycle();
  await expect.poll(host.engine.listeners).toBe(1);
  const oldWay = running();
  host.engine.add(inspectDocument({ id: 'a1', name: 'job' }));
  host.engine.die(containerId('a1'), { ExitCode: 3 });
  host.engine.remove(containerId('a1'));
  oldWay.push(...running());

  const told = await vi.waitUntil(async () => {
    const request = await host.cycle();
    return request.resourceMetrics?.length ? request : undefined;
  });
  expect(valuesOf(told, 'job', 'container.exit.code')).toEqual({ '': 3 });
  await host.cycle();
  expect(host.sources.unseen()).toBe(1);
  expect(await host.cycle()).toEqual({});
  expect(oldWay).toEqual([]);
});
