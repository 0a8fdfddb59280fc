import { readdirSync, readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { createKernelFiles, okValue } from '../../src/sources/kernel-files.ts';
import { createProcFs } from '../../src/sources/proc/proc-fs.ts';
import { parseStat, readStat } from '../../src/sources/proc/stat.ts';
import { inspectDocument } from '../fakes/docker-documents.ts';
import { describeWith } from '../parts.ts';
import { cgroupOf, containerFiles, type MadeHost, openMadeHost, processFiles, valuesOf } from './made-host.ts';

/*
 * S1 of the 2021 program: it read /proc/TID/stat and /proc/TID/status of every entry of `tasks`, each of which tells of the
 * whole process: CPU time and memory were multiplied by the number of threads. Processes are those of `cgroup.procs`, each
 * read once.
 */

const FOUR_THREADS = { ticks: 289, threads: 4, residentKb: 1000 };
const TIDS = [100, 101, 102, 103];

/** The kernel answers the same for each of its threads, though none but the first is listed in /proc. */
const HOST = {
  ...containerFiles('a1', { 100: FOUR_THREADS }, { 'cgroup.threads': TIDS.join('\n'), tasks: TIDS.join('\n') }),
  ...Object.assign({}, ...TIDS.map((tid) => processFiles(tid, 'a1', FOUR_THREADS))),
};

function oldWay(host: MadeHost): { ticks: number; residentKb: number } {
  const sum = { ticks: 0, residentKb: 0 };
  for (const tid of host.read(`${cgroupOf('a1')}/tasks`).split('\n')) {
    sum.ticks += Number(host.read(`proc/${tid}/stat`).split(' ')[13]);
    sum.residentKb += Number(/RssAnon:\s+(\d+)/.exec(host.read(`proc/${tid}/status`))![1]);
  }
  return sum;
}

it('a process with four threads counts once in CPU time and memory', async () => {
  const host = await openMadeHost({ containers: [inspectDocument({ id: 'a1', name: 'web', pid: 100 })], files: HOST });
  const request = await host.cycle();
  expect(valuesOf(request, 'web', 'container.process.cpu.time')).toEqual({ user: 2.89, system: 0 });
  expect(valuesOf(request, 'web', 'container.process.memory.resident')).toMatchObject({ anon: 1000 * 1024 });
  expect(valuesOf(request, 'web', 'container.process.thread.count')).toEqual({ '': 4 });
  expect(oldWay(host)).toEqual({ ticks: 4 * 289, residentKb: 4 * 1000 });
});

describeWith(['linux'], 'the CPU time of a process with threads', () => {
  it('is what the kernel says of each of them', async () => {
    const worker = new Worker('const end = Date.now() + 300; while (Date.now() < end);', { eval: true });
    await new Promise((resolve) => worker.once('exit', resolve));
    const { user, system } = process.cpuUsage();
    const proc = createProcFs({ root: '/', path: '', files: createKernelFiles() });
    const stat = okValue(readStat(proc, process.pid))!;
    const threads = readdirSync('/proc/self/task');
    const summed = threads
      .map((tid) => parseStat(readFileSync(`/proc/${tid}/stat`))!)
      .reduce((sum, each) => sum + each.userTicks + each.systemTicks, 0);

    const truth = (user + system) / 10_000;
    expect(Math.abs(stat.userTicks + stat.systemTicks - truth)).toBeLessThan(10);
    expect(threads.length).toBeGreaterThan(2);
    expect(summed).toBeGreaterThan(2 * truth);
  });
});
