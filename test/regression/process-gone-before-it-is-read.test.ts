import { expect, it } from 'vitest';
import { containerId, inspectDocument } from '../fakes/docker-documents.ts';
import { describeWith } from '../parts.ts';
import { runcState } from '../sources/host-tree.ts';
import { fileOfEndedProcess } from './ended-process.ts';
import { cgroupOf, containerFiles, type MadeHost, openMadeHost, valuesOf } from './made-host.ts';

/*
 * S9 of the 2021 program (node_exporter#1042, #1901): a process that ended between the list and the reading was an error,
 * whether before its file was opened (ENOENT) or after (ESRCH). It is a result: the others are read, and it is counted as
 * gone.
 */

const oldWay = (host: MadeHost): string[] =>
  host
    .read(`${cgroupOf('a1')}/cgroup.procs`)
    .trim()
    .split('\n')
    .map((pid) => host.read(`proc/${pid}/stat`));

describeWith(['linux'], 'a process that has ended', () => {
  it('before or after its file is opened is left out, and the others are read', async () => {
    const host = await openMadeHost({
      containers: [inspectDocument({ id: 'a1', name: 'web', pid: 100 })],
      files: {
        ...containerFiles('a1', { 100: {}, 101: {}, 102: { ticks: 250 } }),
        ...runcState(containerId('a1'), { '': `/${cgroupOf('a1')}` }),
      },
    });
    host.link('proc/101/stat', await fileOfEndedProcess());
    expect(() => oldWay(host)).toThrow('ESRCH');
    host.remove('proc/100');
    expect(() => oldWay(host)).toThrow('ENOENT');

    const request = await host.cycle();
    expect(valuesOf(request, 'web', 'container.process.cpu.time')).toEqual({ user: 2.5, system: 0 });
    expect(host.sources.files.counts().get('proc.stat')?.failures).toMatchObject({ gone: 2, failed: 0 });
  });
});
