import { describe, expect, it } from 'vitest';
import { createAccounts, type RunMemory } from '../../src/accounting/accounts.ts';
import { container } from '../fakes/containers.ts';

const KNOWN = { procfs: 'known', network: 'known' } as const;
const WEB = container('web', { startedAtMs: 1 });
const DB = container('db', { startedAtMs: 1 });
const AT_FIVE = { value: 7, at: [5, 0] as [number, number] };

function restored(runs: readonly RunMemory[], completeSinceMs: number) {
  const accounts = createAccounts(1000);
  accounts.restore({ runs, completeSinceMs, pastsOf: () => KNOWN });
  return accounts;
}

function remembered(lastSent?: RunMemory['lastSent']): RunMemory {
  const accounts = createAccounts();
  accounts.of(WEB);
  return { ...accounts.remember()[0]!, lastSent };
}

describe('accounts', () => {
  it('are of one run each', () => {
    const accounts = createAccounts();
    const web = accounts.of(WEB);
    expect(accounts.of(WEB)).toBe(web);
    expect(accounts.of({ ...WEB, startedAtMs: 2 })).not.toBe(web);
  });

  it('go on where another start is said of the same first process, as by an engine that was asked after the kernel', () => {
    const accounts = createAccounts();
    const web = accounts.of({ ...WEB, pid: 7 });
    expect(accounts.of({ ...WEB, pid: 7, startedAtMs: 2 })).toBe(web);
    expect(accounts.of({ ...WEB, pid: 8, startedAtMs: 2 })).not.toBe(web);
  });

  it('are forgotten with their containers', () => {
    const accounts = createAccounts();
    const [web, db] = [accounts.of(WEB), accounts.of(DB)];
    accounts.keepOnly([WEB]);
    expect(accounts.of(WEB)).toBe(web);
    expect(accounts.of(DB)).not.toBe(db);
  });
});

describe('what was sent last', () => {
  it('is unknown of a run that began before all that is known', () => {
    const accounts = createAccounts(1000);
    const isUnknown = (startedAtMs?: number) => accounts.sentOf({ id: 'web', startedAtMs }).unknownPast;
    expect([isUnknown(999), isUnknown(1000), isUnknown()]).toEqual([true, false, true]);
  });

  it('outlives whatever is built around the accounts', () => {
    const accounts = createAccounts(0);
    accounts.sentOf(WEB).totals.set('cpu', AT_FIVE);
    accounts.of(WEB);
    expect(accounts.sentOf(WEB).totals.get('cpu')).toEqual(AT_FIVE);
  });

  it('is remembered, and absent where no differences were sent', () => {
    const accounts = createAccounts(0);
    accounts.of(DB);
    accounts.sentOf(WEB).totals.set('cpu', AT_FIVE);
    expect(accounts.remember().map(({ id, lastSent }) => [id, lastSent])).toEqual([
      [DB.id, undefined],
      [WEB.id, { cpu: AT_FIVE }],
    ]);
    expect(restored(accounts.remember(), 500).sentOf(WEB).totals.get('cpu')).toEqual(AT_FIVE);
  });

  it('is forgotten where totals are sent, and unknown from then on', () => {
    const accounts = createAccounts(0);
    accounts.sentOf(WEB).totals.set('cpu', AT_FIVE);
    accounts.forgetSentOf(WEB);
    const { totals, unknownPast } = accounts.sentOf(WEB);
    expect([totals.size, unknownPast]).toEqual([0, true]);
  });

  it('is unknown of a remembered run that has none', () => {
    expect(restored([remembered()], 0).sentOf(WEB).unknownPast).toBe(true);
  });

  it('is nothing of a run that began after the agent before ended', () => {
    const accounts = restored([], 500);
    expect(accounts.sentOf({ id: 'new', startedAtMs: 500 }).unknownPast).toBe(false);
    expect(accounts.sentOf({ id: 'excluded before', startedAtMs: 499 }).unknownPast).toBe(true);
  });
});
