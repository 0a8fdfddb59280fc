import { describe, expect, it } from 'vitest';
import { parseCpuacctStat } from '../../../src/sources/cgroup/cpuacct-stat.ts';
import { expectToSurvive } from '../corruption.ts';
import { fixtures } from '../fixtures.ts';

const parse = (text: string) => parseCpuacctStat(Buffer.from(text));

describe('cpuacct.stat', () => {
  it('has ticks of 10 ms', () => {
    expect(parse('user 10\nsystem 94\n')).toEqual({ userSeconds: 0.1, systemSeconds: 0.94 });
    expect(parse('system 94\nuser 10\nguest 3\n')).toEqual({ userSeconds: 0.1, systemSeconds: 0.94 });
  });

  it('is malformed with one of both', () => {
    for (const text of ['', 'user 10\n', 'system 94\n', 'user x\nsystem 1\n']) expect(parse(text)).toBeUndefined();
  });

  it('survives anything', () => {
    expectToSurvive(parseCpuacctStat, fixtures('hosts/*/sys/fs/cgroup/**/cpuacct.stat'));
  });
});
