import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAccounts } from '../../src/accounting/accounts.ts';
import type { ContainerUsage } from '../../src/accounting/usage.ts';
import type { CgroupReading } from '../../src/sources/cgroup/reading.ts';
import { openStateKeeper } from '../../src/state/state-keeper.ts';
import { stat } from '../accounting/stats.ts';
import { container } from '../fakes/containers.ts';
import { createLogLines } from '../fakes/log-lines.ts';

/** Counters of a cgroup over restarts of the agent, where one of the two agents cannot read it. */

const STARTED_MS = 1_700_000_000_000;
const WEB = container('web', { startedAtMs: STARTED_MS });

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'plimsoll-state-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function start() {
  const accounts = createAccounts();
  let monotonicMs = 0;
  const keeper = openStateKeeper({
    directories: [directory],
    accounts,
    bootId: 'boot',
    unixMs: () => STARTED_MS + 1_000_000,
    monotonicMs: () => monotonicMs,
    log: createLogLines().log,
    // What is killed here is no process, and would keep its lock.
    lock: () => ({ release: () => undefined }),
  });
  return {
    stop: keeper.close,
    /** One cycle, as the agent does it; `ticks` are those of the container's only process. */
    async cycle(seconds: number, ticks: number, cgroup: CgroupReading, exec = 0): Promise<ContainerUsage> {
      monotonicMs = seconds * 1000;
      const processes = [stat(1, { own: ticks }), ...(exec > 0 ? [stat(50, { parent: 4000, own: exec })] : [])];
      const reading = { container: WEB, processes: processes.map((each) => ({ stat: each })), cgroup, disks: [] };
      const usage = accounts.of(WEB).account(reading, { unixMs: STARTED_MS + monotonicMs, monotonicMs });
      keeper.note();
      await keeper.afterCycle();
      return usage;
    },
  };
}

const ofCgroup = (userSeconds: number): CgroupReading => ({ cpuTime: { userSeconds, systemSeconds: 0 } });
const secondsOf = ({ cpu }: ContainerUsage) => cpu.time && cpu.time.userSeconds + cpu.time.systemSeconds;

describe('CPU time after a restart of the agent', () => {
  it('is not that of the processes where it was that of the cgroup', async () => {
    const before = start();
    expect(secondsOf(await before.cycle(10, 1000, ofCgroup(13)))).toBe(13);
    await before.stop();
    const after = start();
    expect(secondsOf(await after.cycle(20, 1100, {}))).toBeUndefined();
    expect(secondsOf(await after.cycle(30, 1200, ofCgroup(15)))).toBe(15);
  });

  it('is not below what it was where the cgroup says less', async () => {
    const before = start();
    await before.cycle(10, 0, ofCgroup(13));
    await before.stop();
    expect(secondsOf(await start().cycle(20, 0, ofCgroup(12)))).toBe(13);
  });

  it('has no use of CPUs at first, for the clock is another one', async () => {
    const before = start();
    await before.cycle(10, 0, ofCgroup(13));
    await before.stop();
    const after = start();
    expect((await after.cycle(20, 0, ofCgroup(14))).cpu).not.toHaveProperty('userCpus');
    expect((await after.cycle(30, 0, ofCgroup(19))).cpu.userCpus).toBe(0.5);
  });

  it('goes on from the processes’ where no cgroup could be read before', async () => {
    const before = start();
    expect(secondsOf(await before.cycle(10, 1000, {}))).toBe(10);
    await before.stop();
    const usage = await start().cycle(20, 1100, {});
    expect([secondsOf(usage), usage.cpu.isOfProcesses, usage.procfsStartMs]).toEqual([11, true, undefined]);
  });

  it('begins anew with the processes’ own where an agent was killed that had counted more', async () => {
    const before = start();
    await before.cycle(10, 1000, {}, 500);
    await before.cycle(20, 1000, {}, 900);
    const after = start();
    const usage = await after.cycle(30, 1100, {});
    expect([secondsOf(usage), usage.procfsStartMs]).toEqual([0, STARTED_MS + 30_000]);
    expect(secondsOf(await after.cycle(40, 1150, {}))).toBe(0.5);
  });

  it('begins anew where the killed agent had gone over to the cgroup’s, which cannot be read any more', async () => {
    const before = start();
    await before.cycle(10, 1000, {});
    expect(secondsOf(await before.cycle(20, 1000, { cpuTime: { userSeconds: 9, systemSeconds: 9 } }))).toBe(18);
    const usage = await start().cycle(30, 1100, {});
    expect([secondsOf(usage), usage.procfsStartMs]).toEqual([0, STARTED_MS + 30_000]);
  });
});

describe('other counters after a restart of the agent', () => {
  it('are not below what they were where a part of a sum cannot be read', async () => {
    const before = start();
    await before.cycle(10, 0, { memoryEvents: { max: 5, oomKill: 1 } });
    await before.stop();
    expect((await start().cycle(20, 0, { memoryEvents: { max: 2, oomKill: 1 } })).memoryEvents.max).toBe(5);
  });
});
