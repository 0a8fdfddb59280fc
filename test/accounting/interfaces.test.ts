import { describe, expect, it } from 'vitest';
import { createInterfaceAccount } from '../../src/accounting/interfaces.ts';
import type { IndexedInterface } from '../../src/sources/interfaces.ts';

/** An interface whose counters all stand at `bytes`. */
const eth = (name: string, index: number | undefined, bytes: number): IndexedInterface => ({
  name,
  index,
  receivedBytes: bytes,
  receivedPackets: bytes,
  receiveErrors: bytes,
  receiveDropped: bytes,
  transmittedBytes: bytes,
  transmittedPackets: bytes,
  transmitErrors: bytes,
  transmitDropped: bytes,
});

type Story = {
  readonly name: string;
  readonly cycles: readonly (readonly [IndexedInterface[], Record<string, number>])[];
};

const STORIES: readonly Story[] = [
  {
    name: 'reports what the kernel counts',
    cycles: [
      [[eth('eth0', 2, 100)], { eth0: 100 }],
      [[eth('eth0', 2, 150)], { eth0: 150 }],
    ],
  },
  {
    name: 'ends an interface that was disconnected, and begins another one that was connected',
    cycles: [
      [[eth('eth0', 2, 100), eth('eth1', 3, 50)], { eth0: 100, eth1: 50 }],
      [[eth('eth0', 2, 110)], { eth0: 110 }],
      [[eth('eth0', 2, 120), eth('eth2', 4, 7)], { eth0: 120, eth2: 7 }],
    ],
  },
  {
    name: 'keeps what an interface carried when another one comes back under its name',
    cycles: [
      [[eth('eth1', 3, 50)], { eth1: 50 }],
      [[], {}],
      [[eth('eth1', 4, 7)], { eth1: 57 }],
      [[eth('eth1', 4, 9)], { eth1: 59 }],
    ],
  },
  {
    name: 'notices within one interval that an interface was replaced, by its index or by a counter that fell',
    cycles: [
      [[eth('eth1', 3, 50)], { eth1: 50 }],
      [[eth('eth1', 4, 60)], { eth1: 110 }],
      [[eth('eth1', undefined, 5)], { eth1: 115 }],
      [[eth('eth1', undefined, 3)], { eth1: 118 }],
    ],
  },
  {
    name: 'counts nothing twice when an interface is renamed',
    cycles: [
      [[eth('eth1', 3, 50)], { eth1: 50 }],
      [[eth('lan', 3, 60)], { lan: 10 }],
      [[eth('eth1', 3, 65)], { eth1: 55 }],
    ],
  },
  {
    name: 'counts nothing twice when an interface is taken away and put back',
    cycles: [
      [[eth('eth1', 3, 50)], { eth1: 50 }],
      [[], {}],
      [[eth('eth1', 3, 70)], { eth1: 70 }],
    ],
  },
];

describe('interfaces of a container', () => {
  for (const { name, cycles } of STORIES) {
    it(name, () => {
      const account = createInterfaceAccount();
      for (const [read, want] of cycles) {
        const totals = account.account(read, 0).map((each) => [each.name, each.receivedBytes] as const);
        expect(Object.fromEntries(totals)).toEqual(want);
      }
    });
  }
});
