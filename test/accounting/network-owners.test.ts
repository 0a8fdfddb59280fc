import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideNetworkOwners, type NetworkCandidate } from '../../src/accounting/network-owners.ts';
import type { NetworkMode } from '../../src/sources/container.ts';

const HOST = 4026531840;

type Mode = Exclude<NetworkMode['kind'], 'container'> | `container:${string}`;

function candidate(id: string, mode: Mode, netNamespace?: number, startedAtMs = 0): NetworkCandidate {
  const network: NetworkMode = mode.startsWith('container:')
    ? { kind: 'container', containerId: mode.slice('container:'.length) }
    : { kind: mode as Exclude<NetworkMode['kind'], 'container'> };
  return { id, network, netNamespace, startedAtMs };
}

/** Who reports, in the order of the candidates. */
const reporters = (candidates: readonly NetworkCandidate[], host: number | undefined = HOST): readonly string[] =>
  [...decideNetworkOwners(candidates, host)].filter(([, { report }]) => report).map(([id]) => id);

type Row = {
  readonly candidates: readonly NetworkCandidate[];
  readonly host?: number;
  readonly want: readonly string[];
};

// biome-ignore format: one container a cell, so that a row reads as a row.
const ROWS: Readonly<Record<string, Row>> = {
  'a container of its own': { candidates: [candidate('a', 'own', 7)], want: ['a'] },
  'a container without network, which has its loopback': { candidates: [candidate('a', 'none', 7)], want: ['a'] },
  'not a container with the host’s network': { candidates: [candidate('a', 'host', HOST), candidate('b', 'own', 7)], want: ['b'] },
  'not a container that the engine knows nothing of, in the host’s namespace': { candidates: [candidate('a', 'unknown', HOST)], want: [] },
  'not a container that runs in the network of another': { candidates: [candidate('a', 'container:b', 7), candidate('b', 'own', 7)], want: ['b'] },
  'nor where that other one is on the host’s network': { candidates: [candidate('a', 'container:b', HOST), candidate('b', 'host', HOST)], want: [] },
  'of a shared namespace that no engine explains the one that started first': { candidates: [candidate('a', 'unknown', 7, 20), candidate('b', 'unknown', 7, 10)], want: ['b'] },
  'of those that started together the one with the smaller id': { candidates: [candidate('b', 'unknown', 7, 10), candidate('a', 'unknown', 7, 10)], want: ['a'] },
  'the one that the engine calls the owner, though another started first': { candidates: [candidate('a', 'unknown', 7, 10), candidate('b', 'own', 7, 20)], want: ['b'] },
  'the sandbox of a pod, though another started first': { candidates: [candidate('a', 'unknown', 7, 10), { ...candidate('b', 'unknown', 7, 20), isPodSandbox: true }], want: ['b'] },
  'by the engine’s word where namespaces may not be looked at': { candidates: [candidate('a', 'own'), candidate('b', 'host'), candidate('c', 'container:a'), candidate('d', 'none')], want: ['a', 'd'] },
  'nobody where neither namespace nor engine says whose it is': { candidates: [candidate('a', 'unknown')], want: [] },
};

describe('who reports a network namespace', () => {
  it.each(Object.entries(ROWS))('reports %s', (_, { candidates, host, want }) => {
    expect(reporters(candidates, host)).toEqual(want);
  });

  it('learns the host’s namespace from any container that uses it, where it cannot be looked up', () => {
    const candidates = [
      candidate('a', 'host'),
      candidate('b', 'host', 99),
      candidate('c', 'unknown', 99),
      candidate('d', 'unknown', 7),
    ];
    expect([...decideNetworkOwners(candidates, undefined)].map(([, { report }]) => report)).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  it('says why', () => {
    const decisions = decideNetworkOwners([candidate('a', 'host', HOST), candidate('b', 'container:c', 7)], HOST);
    expect(decisions.get('a')?.reason).toBe("it uses the host's network");
    expect(decisions.get('b')?.reason).toBe('its network is that of container c');
  });

  it('reports each namespace once, by the same container in whatever order they are listed', () => {
    const kind = fc.constantFrom<Mode>('own', 'unknown', 'none', 'host', 'container:x');
    const record = fc.tuple(kind, fc.constantFrom(7, 8, 9, HOST), fc.nat(3));
    const property = fc.property(fc.array(record, { minLength: 1, maxLength: 8 }), fc.nat(), (records, turn) => {
      const candidates = records.map(([mode, namespace, started], at) => candidate(`c${at}`, mode, namespace, started));
      const turned = candidates.map((_, at) => candidates[(at + turn) % candidates.length]!);
      const namespaces = reporters(candidates).map((id) => candidates.find((each) => each.id === id)?.netNamespace);
      expect(new Set(namespaces).size).toBe(namespaces.length);
      expect(namespaces).not.toContain(HOST);
      expect([...reporters(turned)].sort()).toEqual([...reporters(candidates)].sort());
    });
    fc.assert(property);
  });
});
