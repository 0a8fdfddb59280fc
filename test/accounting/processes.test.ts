import { describe, expect, it } from 'vitest';
import { createProcessAccount } from '../../src/accounting/process-account.ts';
import { accountProcesses } from '../../src/accounting/processes.ts';
import type { ProcessReading } from '../../src/sources/container-reading.ts';
import type { ProcStatus } from '../../src/sources/proc/status.ts';
import { stat } from './stats.ts';

const account = (...processes: ProcessReading[]) => accountProcesses(createProcessAccount(), processes);
const status = (virtualBytes: number, anon: number, file: number, shmem: number, swapBytes = 0): ProcStatus => ({
  virtualBytes,
  residentAnonBytes: anon,
  residentFileBytes: file,
  residentShmemBytes: shmem,
  swapBytes,
});

describe('processes of one container', () => {
  it('sums memory over processes', () => {
    const usage = account(
      { stat: stat(1), status: status(1000, 10, 20, 30, 5) },
      { stat: stat(2), status: status(2000, 1, 2, 3) },
    );
    expect(usage).toMatchObject({ virtualBytes: 3000, swapBytes: 5 });
    expect(usage).toMatchObject({ residentAnonBytes: 11, residentFileBytes: 22, residentShmemBytes: 33 });
  });

  it('counts defunct processes without taking memory from them', () => {
    const usage = account(
      { stat: stat(1), status: status(1000, 10, 20, 30) },
      { stat: stat(2, { state: 'Z' }), status: {} },
    );
    expect(usage).toMatchObject({
      virtualBytes: 1000,
      residentAnonBytes: 10,
      countByState: { sleeping: 1, defunct: 1 },
    });
  });

  it('counts a process that ended between its two files without its memory', () => {
    const usage = account({ stat: stat(1), status: status(1000, 10, 20, 30) }, { stat: stat(2, { own: 100 }) });
    expect(usage).toMatchObject({ virtualBytes: 1000, cpuUserSeconds: 0.75, cpuSystemSeconds: 0.25 });
  });

  it('says nothing of resident memory where the kernel does not split it', () => {
    const usage = account({ stat: stat(1), status: { virtualBytes: 1000, swapBytes: 7 } });
    expect(usage).toMatchObject({ virtualBytes: 1000, swapBytes: 7 });
    expect(usage).not.toHaveProperty('residentAnonBytes');
    expect(usage).not.toHaveProperty('residentFileBytes');
    expect(usage).not.toHaveProperty('residentShmemBytes');
  });

  it.each([
    ['running', 'R'],
    ['sleeping', 'S'],
    ['sleeping', 'D'],
    ['sleeping', 'I'],
    ['stopped', 'T'],
    ['stopped', 't'],
    ['defunct', 'Z'],
    ['defunct', 'X'],
    ['defunct', 'x'],
    ['sleeping', 'W'],
    ['sleeping', '?'],
  ])('counts as %s what the kernel calls %s', (name, state) => {
    const none = { running: 0, sleeping: 0, stopped: 0, defunct: 0 };
    expect(account({ stat: stat(1, { state }) })?.countByState).toEqual({ ...none, [name]: 1 });
  });

  it('sums threads, and counts their CPU time once', () => {
    const usage = account({ stat: stat(1, { threads: 3, own: 400 }) }, { stat: stat(2, { threads: 40 }) });
    expect(usage).toMatchObject({ threadCount: 43, cpuUserSeconds: 3, cpuSystemSeconds: 1 });
  });

  it('is absent where no process can be read', () => {
    expect(account()).toBeUndefined();
  });
});
