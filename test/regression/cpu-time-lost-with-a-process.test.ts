import { expect, it } from 'vitest';
import { inspectDocument } from '../fakes/docker-documents.ts';
import { containerFiles, type MadeHost, openMadeHost, valuesOf } from './made-host.ts';

/*
 * process-exporter#193, netdata PR#626, #644: a total of the living falls when a process or a thread ends, and shows a spike
 * when the time of its children comes to its parent. What an ended process used is kept, whether its parent waited for it
 * or not, and never counted twice.
 */

const sumOfLiving = (host: MadeHost, pids: readonly number[]): number =>
  pids.reduce((sum, pid) => sum + Number(host.read(`proc/${pid}/stat`).split(' ')[13]), 0) / 100;

it.each([
  ['was waited for', 200],
  ['was not waited for', 0],
])('the CPU time of a process that ended and %s stays', async (_name, childrenTicks) => {
  const host = await openMadeHost({
    containers: [inspectDocument({ id: 'a1', name: 'web', pid: 100 })],
    files: containerFiles('a1', { 100: { ticks: 50 }, 101: { parent: 100, ticks: 200 } }),
  });
  const userSeconds = async () => valuesOf(await host.cycle(), 'web', 'container.process.cpu.time')['user'];
  expect([await userSeconds(), sumOfLiving(host, [100, 101])]).toEqual([2.5, 2.5]);
  host.remove('proc/101');
  host.write(containerFiles('a1', { 100: { ticks: 50, childrenTicks } }));
  for (let cycle = 0; cycle < 3; cycle++) expect(await userSeconds()).toBe(2.5);
  expect(sumOfLiving(host, [100])).toBe(0.5);
});

it('the context switches of a thread that ended stay', async () => {
  const switches = (count: number) => `voluntary_ctxt_switches:\t${count}\nnonvoluntary_ctxt_switches:\t0\n`;
  const host = await openMadeHost({
    containers: [inspectDocument({ id: 'a1', name: 'web', pid: 100 })],
    files: {
      ...containerFiles('a1', { 100: { threads: 2 } }),
      'proc/100/task/100/status': switches(10),
      'proc/100/task/101/status': switches(50),
    },
    settings: { 'metrics.contextSwitches.enabled': true },
  });
  const sumOfThreads = (tids: readonly number[]) =>
    tids.reduce((sum, tid) => sum + Number(/\d+/.exec(host.read(`proc/100/task/${tid}/status`))![0]), 0);
  const voluntary = async () => valuesOf(await host.cycle(), 'web', 'container.process.context_switches')['voluntary'];
  expect([await voluntary(), sumOfThreads([100, 101])]).toEqual([60, 60]);
  host.remove('proc/100/task/101');
  expect([await voluntary(), sumOfThreads([100])]).toEqual([60, 10]);
});
