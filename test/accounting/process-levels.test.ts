import { describe, expect, it } from 'vitest';
import { sumFileDescriptors } from '../../src/accounting/file-descriptors.ts';
import { sumPss } from '../../src/accounting/pss.ts';
import { stat } from './stats.ts';

const withFiles = (pid: number, count: number, softLimit?: number) => ({
  stat: stat(pid),
  fileDescriptors: { count, ...(softLimit !== undefined && { softLimit }) },
});

describe('open files of a container', () => {
  it('are summed, and the utilization is that of the process nearest to its limit', () => {
    expect(sumFileDescriptors([withFiles(1, 10, 1000), withFiles(2, 50, 100), withFiles(3, 70)])).toEqual({
      count: 130,
      utilization: 0.5,
    });
  });

  it('have no utilization where there is no limit, or one of nothing', () => {
    expect(sumFileDescriptors([withFiles(1, 10), withFiles(2, 3, 0)])).toEqual({ count: 13 });
  });

  it('are absent where one process may not be looked at, since the others are not all', () => {
    expect(sumFileDescriptors([withFiles(1, 10), { stat: stat(2) }])).toBeUndefined();
  });

  it('are none for a zombie', () => {
    expect(sumFileDescriptors([withFiles(1, 10), { stat: stat(2, { state: 'Z' }) }])).toEqual({ count: 10 });
  });
});

describe('the proportional set size of a container', () => {
  const memory = { virtualBytes: 4096 };

  it('is that of the processes that have memory', () => {
    expect(
      sumPss([
        { stat: stat(1), status: memory, pssBytes: 10 },
        { stat: stat(2), status: memory, pssBytes: 20 },
        { stat: stat(3, { state: 'Z' }), status: {} },
        { stat: stat(4) },
      ]),
    ).toBe(30);
  });

  it('is absent where that of one is not known, and where none has any', () => {
    expect(
      sumPss([
        { stat: stat(1), status: memory, pssBytes: 10 },
        { stat: stat(2), status: memory },
      ]),
    ).toBeUndefined();
    expect(sumPss([{ stat: stat(3), status: {} }])).toBeUndefined();
  });
});
