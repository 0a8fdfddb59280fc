import { expect, it } from 'vitest';
import { containerId, inspectDocument } from '../fakes/docker-documents.ts';
import { containerFiles, openMadeHost, processFiles, valuesOf } from './made-host.ts';

/*
 * opentelemetry-ebpf-instrumentation PR#1990: what happened while the stream of events was broken was never heard of, so
 * that a process with the pid of an ended container's went on under the old name. After every gap all is listed and
 * inspected anew.
 */

it('a process that got the pid of an ended container is not measured under its name', async () => {
  const host = await openMadeHost({
    containers: [inspectDocument({ id: 'a1', name: 'former', pid: 100 })],
    files: containerFiles('a1', { 100: { ticks: 100 } }),
  });
  await host.cycle();
  await expect.poll(host.engine.listeners).toBe(1);
  // Names by pid, as the events have told them so far: none will tell of the end.
  const oldWay = new Map((await host.discovered()).map(({ pid, name }) => [pid, name]));

  host.engine.cutEvents();
  await expect.poll(host.sources.gaps).toBe(1);
  host.engine.remove(containerId('a1'));
  host.engine.add(inspectDocument({ id: 'b2', name: 'next', pid: 100 }));
  host.write({ ...containerFiles('b2', { 100: {} }), ...processFiles(100, 'b2', { ticks: 250, startTicks: 9_000 }) });
  const request = await host.cycle();
  expect(valuesOf(request, 'next', 'container.process.cpu.time')).toEqual({ user: 2.5, system: 0 });
  expect((await host.discovered()).map(({ name }) => name)).toEqual(['next']);
  expect(oldWay.get(100)).toBe('former');
});
