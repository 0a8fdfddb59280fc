import { describe, expect, it } from 'vitest';
import { MAX_THREADS, parseContextSwitches, readContextSwitches } from '../../../src/sources/proc/context-switches.ts';
import { expectToSurvive } from '../corruption.ts';
import { FIXTURES, fixture, fixtures } from '../fixtures.ts';
import { createTree, procAt } from '../tree.ts';

const lines = (voluntary: number, involuntary: number) =>
  `Name:\tapp\nvoluntary_ctxt_switches:\t${voluntary}\nnonvoluntary_ctxt_switches:\t${involuntary}\n`;

describe('the context switches of a thread', () => {
  it('are the last lines of its status, and neither is taken for the other', () => {
    expect(parseContextSwitches(Buffer.from(lines(3, 5)))).toEqual({ voluntary: 3, involuntary: 5 });
    expect(parseContextSwitches(fixture('proc/opt-in/task/16532/status'))).toEqual({ voluntary: 21, involuntary: 116 });
  });

  it('are malformed where one of them is missing', () => {
    for (const text of ['', 'nonvoluntary_ctxt_switches:\t5\n', 'voluntary_ctxt_switches:\t5\n']) {
      expect(parseContextSwitches(Buffer.from(text)), text).toBeUndefined();
    }
  });

  it('survives anything', () => {
    expectToSurvive(parseContextSwitches, fixtures('proc/*/task/*/status'));
  });
});

describe('the context switches of a process', () => {
  it('are those of all its threads, as captured', () => {
    const proc = procAt(`${FIXTURES}proc`);
    // The folder of the process has a name there, and its threads have numbers.
    const sum = readContextSwitches(proc, 'opt-in' as unknown as number, 4);
    expect(sum).toEqual({ voluntary: 24, involuntary: 116 });
  });

  it('are of the only thread without a look for others', () => {
    const { root } = createTree({ '7/task/7/status': lines(1, 2), '7/task/8/status': lines(10, 20) });
    const proc = procAt(root);
    expect(readContextSwitches(proc, 7, 1)).toEqual({ voluntary: 1, involuntary: 2 });
    expect(proc.files.counts().has('proc.task')).toBe(false);
    expect(readContextSwitches(proc, 7, 2)).toEqual({ voluntary: 11, involuntary: 22 });
  });

  it('are not read where there are very many threads', () => {
    const proc = procAt(createTree({ '7/task/7/status': lines(1, 2) }).root);
    expect(readContextSwitches(proc, 7, MAX_THREADS + 1)).toBeUndefined();
    expect(proc.files.counts().size).toBe(0);
  });

  it('leave out a thread that ends meanwhile, and are unknown where the process has', () => {
    const { root } = createTree({ '7/task/7/status': lines(1, 2), '7/task/8/': '' });
    expect(readContextSwitches(procAt(root), 7, 2)).toEqual({ voluntary: 1, involuntary: 2 });
    expect(readContextSwitches(procAt(root), 9, 2)).toBeUndefined();
  });
});
