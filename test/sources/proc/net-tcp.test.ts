import { connect, createServer } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { okValue } from '../../../src/sources/kernel-files.ts';
import { createTcpCounter, readTcpStates, type TcpState } from '../../../src/sources/proc/net-tcp.ts';
import { expectToSurvive } from '../corruption.ts';
import { fixture, fixtures } from '../fixtures.ts';
import { createTree, procAt } from '../tree.ts';

const HEADING = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const line = (at: number, state: string) =>
  `${String(at).padStart(4)}: 0100007F:8BDE 0100007F:04D2 ${state} 00000000:00000000 00:00000000 00000000     0\n`;

/** The states that are there, with how many are in each. */
function count(...pieces: readonly Buffer[]): Partial<Record<TcpState, number>> | undefined {
  const counter = createTcpCounter();
  let begun: Buffer = Buffer.alloc(0);
  for (const piece of pieces) {
    const bytes = Buffer.concat([begun, piece]);
    const counted = counter.count(bytes);
    if (counted === undefined) return undefined;
    begun = bytes.subarray(counted);
  }
  const states = counter.states();
  return begun.length === 0
    ? states && Object.fromEntries(Object.entries(states).filter(([, each]) => each > 0))
    : undefined;
}
const text = (...lines: readonly string[]) => Buffer.from(HEADING + lines.join(''));

describe('the TCP sockets of a network namespace', () => {
  it('are counted by state, as captured', () => {
    expect(count(fixture('proc/opt-in/net/tcp'))).toEqual({ established: 1, time_wait: 1 });
    expect(count(fixture('proc/opt-in/net/tcp6'))).toEqual({ established: 1, listen: 1, time_wait: 1 });
  });

  it.each([
    ['01', 'established'],
    ['02', 'syn_sent'],
    ['03', 'syn_received'],
    ['04', 'fin_wait_1'],
    ['05', 'fin_wait_2'],
    ['06', 'time_wait'],
    ['07', 'closed'],
    ['08', 'close_wait'],
    ['09', 'last_ack'],
    ['0A', 'listen'],
    ['0B', 'closing'],
    ['0C', 'syn_received'],
  ])('have for the state %s of the kernel the name %s', (state, name) => {
    expect(count(text(line(0, state)))).toEqual({ [name]: 1 });
  });

  it('are none with the heading alone, and unknown without it', () => {
    expect(count(text())).toEqual({});
    expect(count(Buffer.alloc(0))).toBeUndefined();
    expect(count(Buffer.from(line(0, '01')))).toBeUndefined();
  });

  it('are malformed in a state that there is not', () => {
    for (const state of ['00', '0D', 'FF', '0a', '1', '-1']) expect(count(text(line(0, state))), state).toBeUndefined();
  });

  it('are the same wherever the pieces are cut in which they are read', () => {
    const whole = fixture('proc/opt-in/net/tcp6');
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length), { maxLength: 6 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), whole.length];
        const pieces = at.slice(1).map((end, index) => whole.subarray(at[index], end));
        expect(count(...pieces)).toEqual({ established: 1, listen: 1, time_wait: 1 });
      }),
    );
  });

  it('survives anything', () => {
    expectToSurvive((bytes) => count(bytes), fixtures('proc/*/net/tcp*'));
  });
});

describe('the file of TCP sockets', () => {
  const read = (content: string, maxSockets?: number) =>
    readTcpStates(procAt(createTree({ '7/net/tcp': content }).root), 7, {
      file: 'tcp',
      ...(maxSockets !== undefined && { maxSockets }),
    });

  it('is counted whatever its size, which no other file of the kernel may have', () => {
    const states = ['01', '06', '0A'];
    const lines = Array.from({ length: 30_000 }, (_, at) => line(at, states[at % 3]!));
    expect(read(HEADING + lines.join(''))).toMatchObject({
      status: 'ok',
      value: { established: 10_000, time_wait: 10_000, listen: 10_000, closing: 0 },
    });
  });

  it('is given up with a failure that is counted where there are more sockets than the limit', () => {
    const lines = Array.from({ length: 200 }, (_, at) => line(at, '01')).join('');
    expect(read(HEADING + lines, 200)).toMatchObject({ status: 'ok' });
    expect(read(HEADING + lines, 100)).toEqual({ status: 'failed', code: 'EFBIG' });
  });

  it('is malformed where it is empty, has no end of its last line, or a line that never ends', () => {
    expect(read('')).toEqual({ status: 'malformed' });
    expect(read(HEADING + line(0, '01').trimEnd())).toEqual({ status: 'malformed' });
    expect(read(HEADING + 'x'.repeat(100_000))).toEqual({ status: 'malformed' });
    expect(readTcpStates(procAt(createTree().root), 7, { file: 'tcp6' })).toEqual({ status: 'gone' });
  });

  it('has the sockets of a real connection', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const client = connect(port, '127.0.0.1');
    await new Promise((resolve) => server.once('connection', resolve));
    const states = okValue(readTcpStates(procAt('/proc'), process.pid, { file: 'tcp' }));
    client.destroy();
    server.close();
    expect(states?.listen).toBeGreaterThanOrEqual(1);
    expect(states?.established).toBeGreaterThanOrEqual(2);
  });
});
