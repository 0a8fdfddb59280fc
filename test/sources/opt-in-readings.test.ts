import { describe, expect, it } from 'vitest';
import { readInheritedIo, readOptIns } from '../../src/sources/opt-in-readings.ts';
import { needsProcesses, needsStatus } from '../../src/sources/process-families.ts';
import { createPssReader } from '../../src/sources/pss.ts';
import { stat } from '../accounting/stats.ts';
import { fixture } from './fixtures.ts';
import { createTree, procAt } from './tree.ts';

const FILES = {
  '7/io': 'read_bytes: 1\nwrite_bytes: 2\n',
  '7/fd/0': '',
  '7/fd/1': '',
  '7/limits': fixture('proc/opt-in/limits').toString(),
  '7/smaps_rollup': 'Pss: 3 kB\n',
  '7/comm': 'app\n',
  '7/stat': '7 (app) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5000 1 1\n',
  '7/task/7/status': 'voluntary_ctxt_switches:\t4\nnonvoluntary_ctxt_switches:\t5\n',
};
const ALL = ['contextSwitches', 'fileDescriptors', 'processDisk', 'pss', 'executables'];
const WITH_MEMORY = { virtualBytes: 4096, residentAnonBytes: 1024 };

function read(
  families: readonly string[],
  { files = FILES as Record<string, string>, status = WITH_MEMORY as object } = {},
) {
  const proc = procAt(createTree(files).root);
  const pssReader = createPssReader({ proc, monotonicMs: () => 0 });
  pssReader.begin();
  const wanted = new Set(families);
  const io = readInheritedIo(proc, 7, wanted)?.io;
  const reading = { ...(io && { io }), ...readOptIns(proc, stat(7), status, { families: wanted, pssReader }) };
  return { reading, sources: [...proc.files.counts().keys()] };
}

describe('what is read of a process on demand', () => {
  it('is nothing, and nothing is looked at, without a demand', () => {
    expect(read(['processes'])).toEqual({ reading: {}, sources: [] });
  });

  it('is everything that is wanted', () => {
    expect(read(ALL).reading).toEqual({
      contextSwitches: { voluntary: 4, involuntary: 5 },
      fileDescriptors: { count: 2, softLimit: 200 },
      io: { readBytes: 1, writeBytes: 2 },
      pssBytes: 3072,
      executable: 'app',
    });
  });

  it.each([
    ['contextSwitches', ['proc.task.status']],
    ['fileDescriptors', ['proc.fd', 'proc.limits']],
    ['processDisk', ['proc.stat', 'proc.io']],
    ['pss', ['proc.smaps_rollup']],
    ['executables', ['proc.exe', 'proc.comm']],
  ])('is for %s only what that needs', (family, sources) => {
    expect(read([family]).sources).toEqual(sources);
  });

  it('is of a process that has just ended no file descriptors, and else nothing', () => {
    expect(read(ALL, { files: {} }).reading).toEqual({ fileDescriptors: { count: 0 }, pssBytes: 0 });
  });

  it('has no memory of those that have none', () => {
    expect(read(['pss'], { status: {} })).toEqual({ reading: {}, sources: [] });
  });

  it('has file descriptors though their limit cannot be read', () => {
    const { '7/limits': _, ...files } = FILES;
    expect(read(['fileDescriptors'], { files }).reading).toEqual({ fileDescriptors: { count: 2 } });
  });
});

describe('the families', () => {
  it('need processes where one of them is of processes, but not for a break-down of nothing', () => {
    expect(['processFaults', 'pss', 'processes'].map((family) => needsProcesses(new Set([family])))).toEqual([
      true,
      true,
      true,
    ]);
    expect(needsProcesses(new Set(['executables', 'cpu', 'connections']))).toBe(false);
    expect(needsStatus(new Set(['contextSwitches']))).toBe(false);
  });
});
