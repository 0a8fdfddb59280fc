import { expect, it } from 'vitest';
import { containerId, inspectDocument } from '../fakes/docker-documents.ts';
import { cgroupOf, containerFiles, openMadeHost, valuesOf } from './made-host.ts';

/*
 * cadvisor#3015, #3880: how a container ended, above all that the kernel killed it for want of memory, was never seen, since
 * its series went with its cgroup. For some minutes after the end a stopped container has its exit code and whether it was
 * killed so.
 */

it('a container that was killed for want of memory says so afterwards', async () => {
  const document = inspectDocument({ id: 'a1', name: 'hungry', pid: 100 });
  const host = await openMadeHost({ containers: [document], files: containerFiles('a1', { 100: {} }) });
  const oldWay = () => [document].filter(({ State }) => State.Running).map(({ State }) => State.OOMKilled);
  await host.cycle();
  host.engine.die(containerId('a1'), { ExitCode: 137, OOMKilled: true });
  for (const path of [cgroupOf('a1'), 'proc/100']) host.remove(path);
  await expect.poll(host.discovered).toMatchObject([{ state: 'exited' }]);
  const stopped = { resourceMetrics: (await host.cycle()).resourceMetrics!.slice(-1) };
  expect(valuesOf(stopped, 'hungry', 'container.oom_killed')).toEqual({ '': 1 });
  expect(valuesOf(stopped, 'hungry', 'container.exit.code')).toEqual({ '': 137 });
  expect(oldWay()).toEqual([]);
});
