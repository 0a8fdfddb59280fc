import { readdirSync, readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { createKernelFiles, okValue } from '../../src/sources/kernel-files.ts';
import { createProcFs } from '../../src/sources/proc/proc-fs.ts';
import { parseStat, readStat } from '../../src/sources/proc/stat.ts';
import { describeWith } from '../parts.ts';

/* S1 of the 2021 program: it read /proc/TID/stat of every entry of `tasks`, each of which tells of the whole process. */

describeWith(['linux'], 'the CPU time of a process with threads', () => {
  it('is read once for all its threads, where the old way multiplies it', async () => {
    const worker = new Worker('const end = Date.now() + 300; while (Date.now() < end);', { eval: true });
    await new Promise((resolve) => worker.once('exit', resolve));
    const { user, system } = process.cpuUsage();
    const proc = createProcFs({ root: '/', path: '', files: createKernelFiles() });
    const stat = okValue(readStat(proc, process.pid))!;
    const threads = readdirSync('/proc/self/task');
    const oldWay = threads
      .map((tid) => parseStat(readFileSync(`/proc/${tid}/stat`))!)
      .reduce((sum, each) => sum + each.userTicks + each.systemTicks, 0);

    const truth = (user + system) / 10_000;
    expect(Math.abs(stat.userTicks + stat.systemTicks - truth)).toBeLessThan(10);
    expect(threads.length).toBeGreaterThan(2);
    expect(oldWay).toBeGreaterThan(2 * truth);
  });
});
