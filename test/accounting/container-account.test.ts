import { describe, expect, it } from 'vitest';
import { createAccounts } from '../../src/accounting/accounts.ts';
import { createContainerAccount } from '../../src/accounting/container-account.ts';
import type { ContainerReading } from '../../src/sources/container-reading.ts';
import { container } from '../fakes/containers.ts';
import { stat } from './stats.ts';

const STARTED_MS = 1_700_000_000_000;

const reading = (more: Partial<ContainerReading> = {}): ContainerReading => ({
  container: container('web'),
  processes: [],
  cgroup: {},
  disks: [],
  ...more,
});
const at = (seconds: number) => ({ unixMs: STARTED_MS + seconds * 1000, monotonicMs: seconds * 1000 });
describe('account of one container', () => {
  it('knows the uptime by the wall clock and the CPU rate by the clock that never steps', () => {
    const account = createContainerAccount();
    const used = (userSeconds: number) => reading({ cgroup: { cpuTime: { userSeconds, systemSeconds: 0 } } });
    account.account(used(1), at(10));
    const usage = account.account(used(2), { unixMs: STARTED_MS + 3_600_000, monotonicMs: 12_000 });
    expect(usage).toMatchObject({ uptimeSeconds: 3600, cpu: { userCpus: 0.5 } });
  });

  it('has no negative uptime when the wall clock steps back', () => {
    expect(createContainerAccount().account(reading(), at(-60)).uptimeSeconds).toBe(0);
  });

  it('has no uptime for a container that was not started', () => {
    const created = reading({ container: container('web', { state: 'created' }) });
    expect(createContainerAccount().account(created, at(1)).uptimeSeconds).toBeUndefined();
  });

  it('hands on what the kernel counts by itself, and nothing for what it does not say', () => {
    const memoryEvents = { max: 3, oomKill: 1 };
    const pressures = { io: { someSeconds: 2 } };
    const disks = [{ device: 'sda', readBytes: 1 }];
    const account = createContainerAccount();
    expect(
      account.account(reading({ cgroup: { memoryEvents, pressures, memory: { peakBytes: 9 } }, disks }), at(1)),
    ).toMatchObject({ memoryEvents, pressures, disks, memory: { peakBytes: 9 } });
    // A device that is gone has no value any more, and no last one.
    expect(account.account(reading(), at(2))).toMatchObject({ memoryEvents: {}, pressures: {}, disks: [] });
  });

  it('has no interfaces where the network is not its own to report', () => {
    expect(createContainerAccount().account(reading(), at(1)).interfaces).toEqual([]);
  });
});

describe('accounts of all containers', () => {
  const cpuSeconds = (accounts: ReturnType<typeof createAccounts>, startedAtMs: number, own: number) => {
    const each = container('web', { startedAtMs });
    const usage = accounts
      .of(each)
      .account(reading({ container: each, processes: [{ stat: stat(1, { own }) }] }), at(1));
    return (usage.processes?.cpuUserSeconds ?? 0) + (usage.processes?.cpuSystemSeconds ?? 0);
  };

  it('go on over what is built anew around them', () => {
    const accounts = createAccounts();
    expect(accounts.of(container('web'))).toBe(accounts.of(container('web', { name: 'renamed' })));
  });

  it('begin anew with a restart', () => {
    const accounts = createAccounts();
    expect(cpuSeconds(accounts, 1000, 400)).toBe(4);
    expect(cpuSeconds(accounts, 2000, 100)).toBe(1);
  });

  it('are forgotten with their containers', () => {
    const accounts = createAccounts();
    const before = accounts.of(container('web'));
    accounts.keepOnly([container('web'), container('db')]);
    expect(accounts.of(container('web'))).toBe(before);
    accounts.keepOnly([container('db')]);
    expect(accounts.of(container('web'))).not.toBe(before);
  });
});
