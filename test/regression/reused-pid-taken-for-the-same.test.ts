import { expect, it } from 'vitest';
import { inspectDocument } from '../fakes/docker-documents.ts';
import { containerFiles, type MadeHost, openMadeHost, processFiles, valuesOf } from './made-host.ts';

/*
 * cadvisor's schedstat: what was accumulated was kept by pid alone. A new process with the pid of an old one was taken for
 * it, and what it had used by then was lost. A process is its pid and its start time.
 */

/** Adds what each pid grew by since it was last read. */
function createOldWay(): (host: MadeHost) => number {
  const last = new Map<number, number>();
  let total = 0;
  return (host) => {
    for (const pid of [100, 101]) {
      const ticks = Number(host.read(`proc/${pid}/stat`).split(' ')[13]);
      total += Math.max(0, ticks - (last.get(pid) ?? 0));
      last.set(pid, ticks);
    }
    return total / 100;
  };
}

it('a process that got the pid of another is another one', async () => {
  const host = await openMadeHost({
    containers: [inspectDocument({ id: 'a1', name: 'web', pid: 100 })],
    files: containerFiles('a1', { 100: {}, 101: { parent: 100, ticks: 300 } }),
  });
  const userSeconds = async () => valuesOf(await host.cycle(), 'web', 'container.process.cpu.time')['user'];
  const oldWay = createOldWay();
  expect([await userSeconds(), oldWay(host)]).toEqual([3, 3]);
  host.write(processFiles(101, 'a1', { parent: 100, ticks: 50, startTicks: 9_000 }));
  expect([await userSeconds(), oldWay(host)]).toEqual([3.5, 3]);
  host.write(processFiles(101, 'a1', { parent: 100, ticks: 400, startTicks: 9_000 }));
  expect([await userSeconds(), oldWay(host)]).toEqual([7, 6.5]);
});
