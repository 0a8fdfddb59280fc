import { expect, it } from 'vitest';
import { inspectDocument } from '../fakes/docker-documents.ts';
import { containerFiles, type MadeHost, openMadeHost, valuesOf } from './made-host.ts';

/*
 * process-exporter#353, telegraf#4375, #10518: the resident memory of processes was summed up as the container's, though
 * pages that they share count once for each; and page cache that the kernel would give back at once counted as used. A
 * container's memory is what the kernel charged to it, and its working set is that without inactive cache.
 */

const oldWay = (host: MadeHost): number =>
  [100, 101].reduce((sum, pid) => sum + Number(/RssAnon:\s+(\d+)/.exec(host.read(`proc/${pid}/status`))![1]) * 1024, 0);

it('memory that processes share counts once, and cache to be given back is told apart', async () => {
  const shared = { residentKb: 50 };
  const host = await openMadeHost({
    containers: [inspectDocument({ id: 'a1', name: 'web', pid: 100 })],
    files: containerFiles(
      'a1',
      { 100: shared, 101: shared },
      { 'memory.current': `${60 * 1024}\n`, 'memory.stat': `anon ${50 * 1024}\nfile 10240\ninactive_file 8192\n` },
    ),
  });
  const request = await host.cycle();
  expect(valuesOf(request, 'web', 'container.memory.usage')).toEqual({ '': 60 * 1024 });
  expect(valuesOf(request, 'web', 'container.memory.working_set')).toEqual({ '': 52 * 1024 });
  expect(valuesOf(request, 'web', 'container.memory.rss')).toEqual({ '': 50 * 1024 });
  expect(oldWay(host)).toBe(100 * 1024);
});
