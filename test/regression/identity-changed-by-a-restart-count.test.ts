import { expect, it } from 'vitest';
import { containerId, inspectDocument } from '../fakes/docker-documents.ts';
import { containerFiles, openMadeHost, valuesOf } from './made-host.ts';

/*
 * cadvisor#1312: the number of restarts was a label of every series, so that each restart made new ones of all. It is a
 * metric; what names a container stays the same.
 */

it('a restart changes a value and no name', async () => {
  const document = inspectDocument({ id: 'a1', name: 'web', pid: 100 });
  const host = await openMadeHost({ containers: [document], files: containerFiles('a1', { 100: {} }) });
  const oldWay = () => `container_memory_usage_bytes{name="web",restart_count="${document.RestartCount}"}`;
  const [before, oldBefore] = [await host.cycle(), oldWay()];
  host.engine.die(containerId('a1'));
  document.RestartCount = 1;
  host.engine.start(containerId('a1'), { Pid: 100, StartedAt: new Date().toISOString() });
  await expect.poll(host.discovered).toMatchObject([{ restartCount: 1 }]);
  const after = { resourceMetrics: (await host.cycle()).resourceMetrics!.slice(-1) };
  expect(valuesOf(after, 'web', 'container.restart.count')).toEqual({ '': 1 });
  expect(after.resourceMetrics[0]!.resource).toEqual(before.resourceMetrics![0]!.resource);
  expect(oldWay()).not.toBe(oldBefore);
});
