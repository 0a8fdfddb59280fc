import { describe, expect, it } from 'vitest';
import { createCpuAccount } from '../../src/accounting/cpu.ts';
import type { CpuUsage, ProcessesUsage } from '../../src/accounting/usage.ts';
import type { CgroupReading } from '../../src/sources/cgroup/reading.ts';

const cgroup = (userSeconds: number, systemSeconds = 0): CgroupReading => ({ cpuTime: { userSeconds, systemSeconds } });
const processes = (cpuUserSeconds: number, cpuSystemSeconds: number): ProcessesUsage => ({
  cpuUserSeconds,
  cpuSystemSeconds,
  countByState: { running: 1, sleeping: 0, stopped: 0, defunct: 0 },
  threadCount: 1,
});

/** `atMs` is the monotonic clock. */
type Cycle = { readonly atMs: number; readonly cgroup?: CgroupReading; readonly processes?: ProcessesUsage };

const play = (cycles: readonly Cycle[]): readonly CpuUsage[] => {
  const account = createCpuAccount();
  return cycles.map(({ atMs, ...cycle }) => account.account(cycle.cgroup ?? {}, { usage: cycle.processes }, atMs));
};

describe('CPU of one container', () => {
  it('has no rate at the first reading', () => {
    const [first] = play([{ atMs: 0, cgroup: cgroup(1, 2) }]);
    expect(first?.time).toEqual({ userSeconds: 1, systemSeconds: 2 });
    expect(first).not.toHaveProperty('userCpus');
    expect(first).not.toHaveProperty('systemCpus');
  });

  it('divides by the time that passed, not by the interval', () => {
    const [, second] = play([
      { atMs: 1000, cgroup: cgroup(1, 2) },
      { atMs: 3500, cgroup: cgroup(6, 2.5) },
    ]);
    expect(second).toMatchObject({ userCpus: 2, systemCpus: 0.2 });
  });

  it('has no rate where no time passed', () => {
    const [, second] = play([
      { atMs: 1000, cgroup: cgroup(1) },
      { atMs: 1000, cgroup: cgroup(2) },
    ]);
    expect(second).not.toHaveProperty('userCpus');
  });

  it('holds a counter that would fall, and has a rate of zero then', () => {
    const [, second, third] = play([
      { atMs: 0, cgroup: cgroup(5, 1) },
      { atMs: 1000, cgroup: cgroup(4.5, 2) },
      { atMs: 2000, cgroup: cgroup(6, 2) },
    ]);
    expect(second).toMatchObject({ time: { userSeconds: 5, systemSeconds: 2 }, userCpus: 0, systemCpus: 1 });
    expect(third).toMatchObject({ time: { userSeconds: 6, systemSeconds: 2 }, userCpus: 1, systemCpus: 0 });
  });

  it('takes the time of the processes where the cgroup has none', () => {
    const [, second] = play([
      { atMs: 0, processes: processes(1, 1) },
      { atMs: 1000, processes: processes(2, 1) },
    ]);
    expect(second).toMatchObject({ time: { userSeconds: 2, systemSeconds: 1 }, userCpus: 1, systemCpus: 0 });
  });

  it('prefers the cgroup', () => {
    const [first] = play([{ atMs: 0, cgroup: cgroup(9, 9), processes: processes(1, 1) }]);
    expect(first?.time).toEqual({ userSeconds: 9, systemSeconds: 9 });
  });

  it('spreads what was used during a reading that failed over the whole time', () => {
    const usages = play([{ atMs: 0, cgroup: cgroup(1) }, { atMs: 1000 }, { atMs: 2000, cgroup: cgroup(3) }]);
    expect(usages[1]?.time).toBeUndefined();
    expect(usages[1]).not.toHaveProperty('userCpus');
    expect(usages[2]).toMatchObject({ userCpus: 1 });
  });

  it('hands on the limit and the throttling as they were read', () => {
    const throttling = { periods: 3, throttledPeriods: 2, throttledSeconds: 0.5 };
    const [first] = play([{ atMs: 0, cgroup: { ...cgroup(1), cpuLimit: 1.5, throttling } }]);
    expect(first).toMatchObject({ limitCpus: 1.5, throttling });
  });
});
