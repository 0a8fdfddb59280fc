import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInterfaceIndexes } from '../../../src/sources/proc/interface-index.ts';

const IGMP = `Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter
1\tlo        :     1      V3
\t\t\t\t010000E0     1 0:00000000\t\t0
237\teth0      :     1      V3
\t\t\t\t010000E0     1 0:00000000\t\t0
238\tlongname-eth1:     1      V3
`;
const DEV_MCAST = `237  eth0            1     0     333300000001
237  eth0            1     0     01005e000001
`;

describe('interface indexes', () => {
  it('come from net/igmp, long names included', () => {
    const indexes = parseInterfaceIndexes(Buffer.from(IGMP));
    expect(Object.fromEntries(indexes)).toEqual({ lo: 1, eth0: 237, 'longname-eth1': 238 });
  });

  it('come from net/dev_mcast', () => {
    expect(Object.fromEntries(parseInterfaceIndexes(Buffer.from(DEV_MCAST)))).toEqual({ eth0: 237 });
  });

  it('are read from any bytes without a throw, and are never negative', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        for (const index of parseInterfaceIndexes(Buffer.from(bytes)).values()) expect(index).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
