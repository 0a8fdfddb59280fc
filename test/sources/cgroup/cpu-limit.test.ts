import { describe, expect, it } from 'vitest';
import { parseCpuMax, readCfsLimit, readCpuMax } from '../../../src/sources/cgroup/cpu-limit.ts';
import { createKernelFiles } from '../../../src/sources/kernel-files.ts';
import { expectToSurvive } from '../corruption.ts';
import { fixtures } from '../fixtures.ts';
import { createTree } from '../tree.ts';

const parse = (text: string) => parseCpuMax(Buffer.from(text));
const cfs = (quota: string, period: string) =>
  readCfsLimit(createKernelFiles(), createTree({ 'cpu.cfs_quota_us': quota, 'cpu.cfs_period_us': period }).root);

describe('cpu.max', () => {
  it('is a quota for each period', () => {
    expect(parse('50000 100000\n')).toBe(0.5);
    expect(parse('250000 100000\n')).toBe(2.5);
    expect(parse('1000 1000000\n')).toBe(0.001);
  });

  it('is no limit where it says max', () => {
    expect(parse('max 100000\n')).toBe('none');
  });

  it('is malformed without a period, for then nothing can be divided', () => {
    for (const text of ['', '50000\n', '50000 0\n', '-1 100000\n', 'x y\n']) expect(parse(text)).toBeUndefined();
  });

  it('survives anything', () => {
    expectToSurvive(parseCpuMax, fixtures('hosts/*/sys/fs/cgroup/**/cpu.max'));
  });

  it('is none without a limit, and absent where there is no such file', () => {
    const files = createKernelFiles();
    expect(readCpuMax(files, createTree({ 'cpu.max': 'max 100000\n' }).root)).toBe('none');
    expect(readCpuMax(files, createTree().root)).toBeUndefined();
    expect(readCpuMax(files, createTree({ 'cpu.max': '50000 100000\n' }).root)).toBe(0.5);
  });
});

describe('cfs_quota_us over cfs_period_us', () => {
  it('is a number of CPUs', () => {
    expect(cfs('50000\n', '100000\n')).toBe(0.5);
  });

  it('is none without a limit, and absent without a period and where something else stands there', () => {
    expect(cfs('-1\n', '100000\n')).toBe('none');
    expect(cfs('50000\n', '0\n')).toBeUndefined();
    expect(cfs('50000\n', '')).toBeUndefined();
    expect(cfs('', '100000\n')).toBeUndefined();
    expect(readCfsLimit(createKernelFiles(), createTree().root)).toBeUndefined();
  });
});
