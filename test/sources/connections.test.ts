import { describe, expect, it } from 'vitest';
import { readConnections } from '../../src/sources/connections.ts';
import { fixture } from './fixtures.ts';
import { createTree, procAt } from './tree.ts';

const captured = (file: string) => fixture(`proc/opt-in/net/${file}`).toString();
const files = (pid: number, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [`${pid}/net/${name}`, captured(name)]));
const ALL = files(7, ['tcp', 'tcp6', 'sockstat', 'sockstat6']);

const IDLE = {
  '7/net/sockstat': 'TCP: inuse 0 orphan 0 tw 0 alloc 0 mem 0\nUDP: inuse 3 mem 0\n',
  '7/net/sockstat6': 'TCP6: inuse 0\nUDP6: inuse 1\n',
};

function read(content: Record<string, string>, pids = [7]) {
  const proc = procAt(createTree(content).root);
  return { connections: readConnections(proc, pids), sources: [...proc.files.counts().keys()] };
}

describe('the connections of a network namespace', () => {
  it('are those of IPv4 and IPv6 together', () => {
    expect(read(ALL).connections).toMatchObject({
      udp: 0,
      tcp: { established: 2, time_wait: 2, listen: 1, closing: 0 },
    });
  });

  it('are those of IPv4 where there is no IPv6', () => {
    const { connections } = read(files(7, ['tcp', 'sockstat']));
    expect(connections).toMatchObject({ udp: 0, tcp: { established: 1, time_wait: 1, listen: 0 } });
  });

  it('are none, and the dear files unread, where the kernel counts none', () => {
    const { connections, sources } = read({ ...ALL, ...IDLE });
    expect(connections).toMatchObject({ udp: 4, tcp: { established: 0, listen: 0, time_wait: 0 } });
    expect(sources).toEqual(['proc.net.sockstat', 'proc.net.sockstat6']);
  });

  it('are looked for where there are some in TIME_WAIT only, which may be of either kind', () => {
    const sockstat = 'TCP: inuse 0 orphan 0 tw 1 alloc 0 mem 0\nUDP: inuse 0 mem 0\n';
    const { sources } = read({ ...ALL, ...IDLE, '7/net/sockstat': sockstat });
    expect(sources).toEqual(['proc.net.sockstat', 'proc.net.sockstat6', 'proc.net.tcp', 'proc.net.tcp6']);
  });

  it('are without TCP where half of it cannot be read', () => {
    expect(read({ ...ALL, '7/net/tcp6': 'nonsense\n' }).connections).toEqual({ udp: 0, tcp: undefined });
    expect(read({ ...ALL, '7/net/sockstat6': 'nonsense\n' }).connections).toEqual({ udp: undefined, tcp: undefined });
  });

  it('are had from the next process where the first has ended', () => {
    const zombie = { ...ALL, '5/net/sockstat': '', '6/stat': '' };
    expect(read(zombie, [5, 6, 7]).connections?.tcp?.listen).toBe(1);
    expect(read(zombie, [5, 6]).connections).toBeUndefined();
  });
});
