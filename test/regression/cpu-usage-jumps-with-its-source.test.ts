import { expect, it } from 'vitest';
import { createCpuAccount } from '../../src/accounting/cpu.ts';

/*
 * Where the CPU time of the cgroup could not be read once, that of the processes stood in for it, which has nothing of
 * processes that ended before: the difference between the two was then reported as CPUs in use.
 */

const ofCgroup = (userSeconds: number) => ({ cpuTime: { userSeconds, systemSeconds: 0 } });
const processes = { usage: { cpuUserSeconds: 10, cpuSystemSeconds: 0 } as never };

it('has no usage where the source of the time changes, and the true one after it', () => {
  const cpu = createCpuAccount();
  expect(cpu.account({}, processes, 0).time?.userSeconds).toBe(10);
  expect(cpu.account(ofCgroup(5000), processes, 1000)).not.toHaveProperty('userCpus');
  expect(cpu.account(ofCgroup(5001), processes, 2000).userCpus).toBe(1);
});

it('leaves the time of a cgroup out where it cannot be read this once', () => {
  const cpu = createCpuAccount();
  cpu.account(ofCgroup(5000), processes, 0);
  expect(cpu.account({}, processes, 1000).time).toBeUndefined();
  expect(cpu.account(ofCgroup(5002), processes, 2000)).toMatchObject({ time: { userSeconds: 5002 }, userCpus: 1 });
});
