import { expect, it } from 'vitest';
import { inspectDocument } from '../fakes/docker-documents.ts';
import { fixture } from '../sources/fixtures.ts';
import { containerFiles, openMadeHost, valuesOf } from './made-host.ts';

/*
 * S4 of the 2021 program: it took lines 13, 17 and 19 of /proc/PID/status for VmSize, VmRSS and RssFile, and of such a line
 * all digits. Kernels add lines (Umask, NSpid, Kthread): the size was two process ids written one after the other. Lines are
 * found by their key.
 */

const STATUS = fixture('proc/container-init/status').toString();

function oldWay(status: string): { vmSize: number; vmRss: number; rssFile: number } {
  const numbers = status.split('\n').map((line) => Number(line.replaceAll(/[^0-9]/g, '')));
  return { vmSize: numbers[13]!, vmRss: numbers[17]!, rssFile: numbers[19]! };
}

it('memory is read from the lines that are named so', async () => {
  const host = await openMadeHost({
    containers: [inspectDocument({ id: 'a1', name: 'web', pid: 100 })],
    files: { ...containerFiles('a1', { 100: {} }), 'proc/100/status': STATUS },
  });
  const request = await host.cycle();
  expect(valuesOf(request, 'web', 'container.process.memory.virtual')).toEqual({ '': 2268 * 1024 });
  expect(valuesOf(request, 'web', 'container.process.memory.resident')).toMatchObject({ file: 1392 * 1024 });
  expect(oldWay(host.read('proc/100/status'))).toEqual({ vmSize: 103_731, vmRss: 2268, rssFile: 0 });
});
