import { expect, it } from 'vitest';
import { inspectDocument } from '../fakes/docker-documents.ts';
import { containerFiles, openMadeHost } from './made-host.ts';

/*
 * process-exporter#246, #360, telegraf#15295: reading smaps stops the process that is looked at, for seconds where it is
 * large, and it was on by default. It is read only where it is asked for.
 */

async function smapsReads(settings: Readonly<Record<string, unknown>>): Promise<number> {
  const host = await openMadeHost({
    containers: [inspectDocument({ id: 'a1', name: 'web', pid: 100 })],
    files: {
      ...containerFiles('a1', { 100: { residentKb: 500_000 } }),
      'proc/100/smaps_rollup': 'Pss:  500000 kB\n',
      'proc/100/smaps': 'Pss:  500000 kB\n',
    },
    settings,
  });
  for (let cycle = 0; cycle < 3; cycle++) await host.cycle();
  const counts = [...host.sources.files.counts()].filter(([source]) => source.includes('smaps'));
  return counts.reduce((sum, [, { total }]) => sum + total, 0);
}

it('no smaps are read unless the proportional set size is asked for', async () => {
  expect(await smapsReads({})).toBe(0);
  const oldWay = await smapsReads({ 'metrics.pss.enabled': true });
  expect(oldWay).toBeGreaterThan(0);
});
