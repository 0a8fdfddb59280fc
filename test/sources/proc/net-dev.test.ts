import { describe, expect, it } from 'vitest';
import { parseNetDev } from '../../../src/sources/proc/net-dev.ts';
import { expectToSurvive } from '../corruption.ts';
import { fixture, fixtures } from '../fixtures.ts';

const HEADING = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
`;
const parse = (lines: string) => parseNetDev(Buffer.from(HEADING + lines));

const EACH_ITS_OWN = {
  receivedBytes: 1,
  receivedPackets: 2,
  receiveErrors: 3,
  receiveDropped: 4,
  transmittedBytes: 9,
  transmittedPackets: 10,
  transmitErrors: 11,
  transmitDropped: 12,
};

describe('net/dev', () => {
  it('is read column by column', () => {
    expect(parse('  eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n')).toEqual([{ name: 'eth0', ...EACH_ITS_OWN }]);
  });

  it('may have no space after the colon, as wide numbers had it in older kernels, or more columns', () => {
    expect(parse('eth0:1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16')).toEqual([{ name: 'eth0', ...EACH_ITS_OWN }]);
    expect(parse('eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18\n')).toEqual([{ name: 'eth0', ...EACH_ITS_OWN }]);
  });

  it.each(['veth8da9cc2', 'br-0123456789ab', 'eth0.100', 'wg@if7', '-', '0', 'enp0s31f6', 'face|', 'ü'])(
    'knows an interface named %s',
    (name) => {
      expect(parse(`${name}: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n`)?.[0]?.name).toBe(name);
    },
  );

  it('keeps the largest counters', () => {
    const [only] = parse('eth0: 18446744073709551615 9007199254740991 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n') ?? [];
    expect(only?.receivedBytes).toBe(2 ** 64);
    expect(only?.receivedPackets).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('is empty for a process that has left its namespace, and for a namespace without interfaces', () => {
    expect(parseNetDev(Buffer.from(''))).toEqual([]);
    expect(parse('')).toEqual([]);
  });

  it('is malformed where an interface has too few columns or what is no number', () => {
    expect(parse('eth0: 1 2 3 4 5 6 7 8 9 10 11\n')).toBeUndefined();
    expect(parse('eth0: 1 2 3 4 5 6 7 8 9 10 11 -1 0 0 0 0\n')).toBeUndefined();
    expect(parse('eth0:\n  eth1: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n')).toBeUndefined();
  });

  it('is read as captured from a container', () => {
    const interfaces = parseNetDev(fixture('hosts/v1-docker/proc/4379/net/dev'));
    expect(interfaces?.map(({ name }) => name)).toEqual(['lo', 'eth0']);
    expect(interfaces?.[1]).toMatchObject({ receivedBytes: 5198, receivedPackets: 17, transmittedBytes: 4252 });
  });

  it('is read as captured from a host, whose names are longer than their column', () => {
    const interfaces = parseNetDev(fixture('hosts/v1-docker/proc/4471/net/dev'));
    const docker0 = interfaces?.find(({ name }) => name === 'docker0');
    expect(docker0).toMatchObject({
      receivedPackets: 9,
      transmittedBytes: 6208,
      transmitDropped: 3,
      transmitErrors: 0,
    });
    expect(interfaces?.map(({ name }) => name)).toContain('veth8da9cc2');
  });

  it('survives anything', () => {
    expectToSurvive(parseNetDev, fixtures('hosts/*/proc/*/net/dev'));
  });
});
