import { describe, expect, it } from 'vitest';
import { unattributedCpuSeconds } from '../../src/accounting/unattributed.ts';
import { usage } from '../fakes/usage.ts';

describe('CPU time that no process accounts for', () => {
  it('is what the cgroup was charged beyond its processes', () => {
    expect(unattributedCpuSeconds(usage())).toBe(3 - 1.75);
  });

  it.each([
    ['the cgroup does not say', usage({ cpu: {} })],
    ['the cgroup’s time is that of the processes', usage({ cpu: { ...usage().cpu, isOfProcesses: true } })],
    ['no process was read', usage({ processes: undefined })],
    ['counting by process began anew', usage({ procfsStartMs: 1 })],
  ])('is not known where %s', (_, each) => {
    expect(unattributedCpuSeconds(each)).toBeUndefined();
  });
});
