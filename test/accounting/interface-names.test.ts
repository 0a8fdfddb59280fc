import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createInterfaceAccount, type InterfaceAccount } from '../../src/accounting/interfaces.ts';
import type { InterfaceUsage } from '../../src/accounting/usage.ts';
import { LIMITS } from '../../src/limits.ts';
import type { IndexedInterface } from '../../src/sources/interfaces.ts';

const eth = (name: string, index: number, bytes: number): IndexedInterface => ({
  name,
  index,
  receivedBytes: bytes,
  receivedPackets: 0,
  receiveErrors: 0,
  receiveDropped: 0,
  transmittedBytes: 0,
  transmittedPackets: 0,
  transmitErrors: 0,
  transmitDropped: 0,
});

const INTERVAL_MS = 10_000;
const PER_READING = 500;

/** An account that is read every ten seconds; each interface that is made has another index. */
function openAccount(account: InterfaceAccount = createInterfaceAccount()) {
  let nowMs = 0;
  let index = 100;
  const read = (interfaces: readonly IndexedInterface[]): Map<string, InterfaceUsage> => {
    nowMs += INTERVAL_MS;
    return new Map(account.account(interfaces, nowMs).map((each) => [each.name, each]));
  };
  return {
    account,
    read,
    nowMs: () => nowMs,
    nextIndex: () => index++,
    /** So many interfaces come and go, each with a name of its own, while others stay. */
    flood(count: number, stay: readonly IndexedInterface[] = []) {
      for (let made = 0; made < count; made += PER_READING) {
        const veths = Array.from({ length: Math.min(PER_READING, count - made) }, () => index++);
        read([...stay, ...veths.map((each) => eth(`veth${each}`, each, 3))]);
      }
      read(stay);
    },
  };
}

const sizeOf = ({ account }: ReturnType<typeof openAccount>) => {
  const { known, names } = account.remember();
  return { known: known.length, names: names.length };
};
const FLOOD = LIMITS.interfacesRemembered.max + PER_READING;

describe('names of interfaces', () => {
  it('are remembered of so many only, whatever a container makes', () => {
    const host = openAccount();
    host.flood(2_000);
    const [before, mark] = [sizeOf(host), host.account.mark().length];
    host.flood(5_000);
    expect(sizeOf(host)).toEqual(before);
    expect(before.names).toBe(LIMITS.interfacesRemembered.max);
    expect(Math.abs(host.account.mark().length - mark)).toBeLessThan(mark / 10);
    expect(mark).toBeLessThan(150_000);
  });

  it('are told when they are forgotten, and only then', () => {
    const host = openAccount();
    host.read([eth('eth1', 3, 50)]);
    host.read([]);
    expect(host.account.forgotten()).toEqual([]);
    host.flood(FLOOD);
    host.read([]);
    expect(host.account.forgotten()).toEqual([]);
    expect(host.account.remember().names.map(([name]) => name)).not.toContain('eth1');
  });

  it('that are there are never forgotten, and go on as they began', () => {
    const host = openAccount();
    host.read([eth('eth0', 2, 100), eth('eth1', 3, 50)]);
    // Another one under the same name: what the former carried is remembered.
    host.read([eth('eth0', 2, 100), eth('eth1', 4, 7)]);
    host.flood(5_000, [eth('eth0', 2, 200), eth('eth1', 4, 8)]);
    const now = host.read([eth('eth0', 2, 300), eth('eth1', 4, 9)]);
    expect(now.get('eth0')).toMatchObject({ receivedBytes: 300 });
    expect(now.get('eth1')).toMatchObject({ receivedBytes: 59 });
    expect([...now.values()].map(({ startMs }) => startMs)).toEqual([undefined, undefined]);
  });

  it('that come back while they are remembered go on', () => {
    const host = openAccount();
    host.read([eth('eth1', 3, 50)]);
    host.flood(LIMITS.interfacesRemembered.max / 2);
    const eth1 = host.read([eth('eth1', 4, 7)]).get('eth1')!;
    expect([eth1.receivedBytes, eth1.startMs]).toEqual([57, undefined]);
  });

  it('that come back after they were forgotten begin at the reading before', () => {
    const host = openAccount();
    host.read([eth('eth1', 3, 50)]);
    host.flood(FLOOD);
    const beforeMs = host.nowMs();
    for (const bytes of [7, 9]) {
      const eth1 = host.read([eth('eth1', 4, bytes)]).get('eth1')!;
      expect([eth1.receivedBytes, eth1.startMs]).toEqual([bytes, beforeMs]);
    }
    host.read([]);
    // From now on it is remembered again.
    const again = host.read([eth('eth1', 5, 1)]).get('eth1')!;
    expect([again.receivedBytes, again.startMs]).toEqual([10, beforeMs]);
  });

  it('stay forgotten over a restart of the agent, and have no start that is still to come', () => {
    const host = openAccount();
    host.read([eth('eth1', 3, 50)]);
    host.flood(FLOOD);
    const memory = JSON.parse(JSON.stringify(host.account.remember()));
    const startOf = (nowMs: number) => createInterfaceAccount(memory).account([eth('eth1', 4, 7)], nowMs)[0]!.startMs;
    expect(startOf(host.nowMs() + 60_000)).toBe(host.nowMs());
    expect(startOf(host.nowMs() - 60_000)).toBe(host.nowMs() - 60_000);
  });

  it('have no start of their own any more where counting begins anew', () => {
    const host = openAccount();
    host.flood(FLOOD);
    host.read([eth('eth1', 3, 50)]);
    host.read([]);
    const after = openAccount(createInterfaceAccount(host.account.remember(), 'unknown'));
    expect(after.read([eth('eth2', 4, 5)]).get('eth2')).toMatchObject({ receivedBytes: 0 });
    const eth1 = after.read([eth('eth2', 4, 6), eth('eth1', 5, 2)]).get('eth1')!;
    // What it carried was before counting began.
    expect(eth1.receivedBytes).toBe(2);
  });

  it('never fall under one start, however often they come, go and are forgotten', () => {
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.record({ a: fc.option(fc.nat(50)), b: fc.option(fc.nat(50)), isNew: fc.boolean() }) },
      { weight: 1, arbitrary: fc.constant('flood' as const) },
    );
    const property = fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const host = openAccount();
      const there = new Map<string, IndexedInterface>();
      const last = new Map<string, InterfaceUsage & { readonly atMs: number }>();
      for (const each of steps) {
        if (each === 'flood') {
          there.clear();
          host.flood(FLOOD);
          continue;
        }
        for (const name of ['a', 'b'] as const) {
          const grown = each[name];
          const before = each.isNew ? undefined : there.get(name);
          if (grown === null) there.delete(name);
          else there.set(name, eth(name, before?.index ?? host.nextIndex(), (before?.receivedBytes ?? 0) + grown));
        }
        for (const [name, now] of host.read([...there.values()])) {
          const before = last.get(name);
          if (before?.startMs === now.startMs)
            expect(now.receivedBytes).toBeGreaterThanOrEqual(before?.receivedBytes ?? 0);
          else if (before) expect(now.startMs).toBeGreaterThan(before.atMs);
          last.set(name, { ...now, atMs: host.nowMs() });
        }
      }
    });
    fc.assert(property, { numRuns: 60 });
  });
});
