import { expect, it } from 'vitest';
import { inspectDocument } from '../fakes/docker-documents.ts';
import { containerFiles, type MadeHost, openMadeHost, valuesOf } from './made-host.ts';

/*
 * cadvisor's schedstat, node_exporter#1331, #2110: one process that could not be read, or an entry of /proc that looks like
 * one, failed the whole reading. Each process is read by itself, and what is no number is no process.
 */

function oldWay(host: MadeHost, pids: readonly string[]): number {
  let sum = 0;
  for (const pid of pids) {
    const ticks = Number(host.read(`proc/${pid}/stat`).split(' ')[13]);
    if (Number.isNaN(ticks)) throw new Error(`cannot parse the stat of ${pid}`);
    sum += ticks;
  }
  return sum;
}

it('a process that cannot be read costs the others nothing', async () => {
  const host = await openMadeHost({
    containers: [inspectDocument({ id: 'a1', name: 'web', pid: 100 })],
    files: {
      ...containerFiles('a1', { 100: { ticks: 200 }, 101: {}, 102: { ticks: 50 } }),
      'proc/101/stat': '101 (odd',
    },
  });
  expect(valuesOf(await host.cycle(), 'web', 'container.process.cpu.time')).toEqual({ user: 2.5, system: 0 });
  expect(() => oldWay(host, ['100', '101', '102'])).toThrow('cannot parse');
});

it('an odd entry of /proc costs a walk over it nothing', async () => {
  const files = containerFiles('a1', { 100: { ticks: 250 } }, { 'cgroup.procs': '' });
  const host = await openMadeHost({
    containers: [inspectDocument({ id: 'a1', name: 'web', pid: 100 })],
    files: { ...files, 'proc/100x/': '', 'proc/0x64/': '', 'proc/acpi/': '' },
  });
  expect(valuesOf(await host.cycle(), 'web', 'container.process.cpu.time')).toEqual({ user: 2.5, system: 0 });
  expect(() => oldWay(host, ['100', '100x'])).toThrow('ENOENT');
});
