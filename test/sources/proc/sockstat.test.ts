import { createSocket } from 'node:dgram';
import { describe, expect, it } from 'vitest';
import { okValue } from '../../../src/sources/kernel-files.ts';
import { parseSockstat, parseSockstat6, readSockstat } from '../../../src/sources/proc/sockstat.ts';
import { expectToSurvive } from '../corruption.ts';
import { fixture, fixtures } from '../fixtures.ts';
import { createTree, procAt } from '../tree.ts';

const WHOLE = 'sockets: used 9\nTCP: inuse 1 orphan 2 tw 3 alloc 4 mem 5\nUDP: inuse 6 mem 7\nUDPLITE: inuse 8\n';

describe('the number of sockets of a network namespace', () => {
  it('is of those in use, by protocol', () => {
    expect(parseSockstat(Buffer.from(WHOLE))).toEqual({ tcp: 1, udp: 6, timeWait: 3 });
    expect(parseSockstat6(Buffer.from('TCP6: inuse 4\nUDP6: inuse 2\nUDPLITE6: inuse 3\n'))).toEqual({
      tcp: 4,
      udp: 2,
      timeWait: 0,
    });
  });

  it('is as captured', () => {
    expect(parseSockstat(fixture('proc/opt-in/net/sockstat'))).toEqual({ tcp: 1, udp: 0, timeWait: 2 });
    expect(parseSockstat6(fixture('proc/opt-in/net/sockstat6'))).toEqual({ tcp: 2, udp: 0, timeWait: 0 });
  });

  it('is malformed where a protocol is missing, and in the file of a process that has left its namespace', () => {
    for (const text of ['', 'TCP: inuse 1 orphan 2 tw 3\n', 'TCP: inuse 1 orphan 2\nUDP: inuse 6\n']) {
      expect(parseSockstat(Buffer.from(text)), text).toBeUndefined();
    }
    expect(readSockstat(procAt(createTree().root), 7)).toEqual({ status: 'gone' });
  });

  it('has a real socket among them', async () => {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const counts = okValue(readSockstat(procAt('/proc'), process.pid));
    socket.close();
    expect(counts?.udp).toBeGreaterThanOrEqual(1);
  });

  it('survives anything', () => {
    expectToSurvive(parseSockstat, fixtures('proc/*/net/sockstat'));
    expectToSurvive(parseSockstat6, fixtures('proc/*/net/sockstat6'));
  });
});
