import { expect, it } from 'vitest';
import { createInterfaceAccount } from '../../src/accounting/interfaces.ts';
import type { IndexedInterface } from '../../src/sources/interfaces.ts';

/* An interface whose index could be read once and not the other time was taken for two, and counted twice. */

const eth0 = (receivedBytes: number, index?: number): IndexedInterface => ({
  name: 'eth0',
  index,
  receivedBytes,
  receivedPackets: 0,
  receiveErrors: 0,
  receiveDropped: 0,
  transmittedBytes: 0,
  transmittedPackets: 0,
  transmitErrors: 0,
  transmitDropped: 0,
});

it.each([
  ['that comes to be known', [undefined, 7, 7]],
  ['that cannot be read any more', [7, undefined, undefined]],
  ['that cannot be read once', [7, undefined, 7]],
])('counts an interface once with an index %s', (_, indexes) => {
  const account = createInterfaceAccount();
  const totals = indexes.map((index, cycle) => account.account([eth0(1000 + cycle, index)], 0)[0]!.receivedBytes);
  expect(totals).toEqual([1000, 1001, 1002]);
});

it('still carries what was counted when it is made anew meanwhile', () => {
  const account = createInterfaceAccount();
  account.account([eth0(1000)], 0);
  expect(account.account([eth0(5, 9)], 0)[0]!.receivedBytes).toBe(1005);
});
