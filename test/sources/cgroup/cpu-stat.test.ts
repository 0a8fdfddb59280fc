import { describe, expect, it } from 'vitest';
import { parseCpuStat } from '../../../src/sources/cgroup/cpu-stat.ts';
import { expectToSurvive } from '../corruption.ts';
import { fixtures } from '../fixtures.ts';

const parse = (text: string) => parseCpuStat(Buffer.from(text));

const V2_TIME = 'usage_usec 1033852\nuser_usec 148783\nsystem_usec 885068\n';
const V2_THROTTLING = 'nr_periods 26\nnr_throttled 20\nthrottled_usec 975871\n';
const TIME = { userSeconds: 0.148783, systemSeconds: 0.885068 };
const THROTTLING = { periods: 26, throttledPeriods: 20, throttledSeconds: 0.975871 };

describe('cpu.stat', () => {
  it('has time and throttling on v2', () => {
    expect(parse(V2_TIME + V2_THROTTLING)).toEqual({ time: TIME, throttling: THROTTLING });
  });

  it('has time alone where the cpu controller is not enabled', () => {
    expect(parse(V2_TIME)).toEqual({ time: TIME });
  });

  it('is read the same with the keys of later kernels and in any order', () => {
    const later = `core_sched.force_idle_usec 0\nnice_usec 0\n${V2_THROTTLING}nr_bursts 0\nburst_usec 0\n${V2_TIME}`;
    expect(parse(later)).toEqual({ time: TIME, throttling: THROTTLING });
  });

  it('has throttling in nanoseconds and no time on v1', () => {
    expect(parse('nr_periods 26\nnr_throttled 20\nthrottled_time 975871194\n')).toEqual({
      throttling: { periods: 26, throttledPeriods: 20, throttledSeconds: 0.975871194 },
    });
  });

  it('is malformed with neither', () => {
    for (const text of ['', 'garbage\n', 'usage_usec 5\n', 'nr_periods 5\n']) expect(parse(text)).toBeUndefined();
  });

  it('survives anything', () => {
    expectToSurvive(parseCpuStat, fixtures('hosts/*/sys/fs/cgroup/**/cpu.stat'));
  });
});
