import { expect, it } from 'vitest';
import { inspectDocument } from '../fakes/docker-documents.ts';
import { containerFiles, openMadeHost, valuesOf } from './made-host.ts';

/*
 * S3 of the 2021 program: it split /proc/PID/stat at spaces, so that a name with a space or a bracket moved every field. The
 * name ends with the last closing bracket.
 */

const oldWay = (stat: string): number => Number(stat.split(' ')[13]);

it.each(['Web Content', 'a) b (c'])(
  'CPU time and state are those of the process though it is named %s',
  async (name) => {
    const host = await openMadeHost({
      containers: [inspectDocument({ id: 'a1', name: 'web', pid: 100 })],
      files: containerFiles('a1', { 100: { name, ticks: 250, state: 'R' } }),
    });
    const request = await host.cycle();
    expect(valuesOf(request, 'web', 'container.process.cpu.time')).toEqual({ user: 2.5, system: 0 });
    expect(valuesOf(request, 'web', 'container.process.count')).toMatchObject({ running: 1, sleeping: 0 });
    expect(oldWay(host.read('proc/100/stat'))).not.toBe(250);
  },
);
