import { describe, expect, it } from 'vitest';
import { isLoopback, localUrl, namesLoopback, parseListenAddress } from '../../src/status/address.ts';

describe('the status address', () => {
  it.each([
    ['127.0.0.1:4320', { host: '127.0.0.1', port: 4320 }, 'http://127.0.0.1:4320'],
    ['[::1]:4320', { host: '::1', port: 4320 }, 'http://[::1]:4320'],
    ['localhost:0', { host: 'localhost', port: 0 }, 'http://localhost:0'],
    ['0.0.0.0:80', { host: '0.0.0.0', port: 80 }, 'http://127.0.0.1:80'],
    ['[::]:80', { host: '::', port: 80 }, 'http://[::1]:80'],
  ])('reads %s', (text, address, url) => {
    expect(parseListenAddress(text)).toEqual(address);
    expect(localUrl(address)).toBe(url);
  });

  it.each(['', '4320', ':4320', '::1:4320', '[localhost]:1', 'a:99999', 'http://a:1', 'a:1/x'])(
    'refuses "%s" and says what to set',
    (text) => {
      expect(() => parseListenAddress(text)).toThrow(`cannot listen on "${text}": not host:port; set status.address`);
    },
  );

  it('knows the loopback', () => {
    expect(['127.0.0.1', '127.1.2.3', '::1', 'localhost'].filter((host) => !isLoopback(host))).toEqual([]);
    expect(['0.0.0.0', '::', '10.0.0.1', '127.evil.test'].filter(isLoopback)).toEqual([]);
  });

  it('tells a Host header that names the loopback from one that was re-bound to it', () => {
    expect([undefined, 'localhost', 'LocalHost:1', '127.0.0.1:4320', '[::1]:9'].every(namesLoopback)).toBe(true);
    expect(['evil.test', 'evil.test:4320', 'localhost.evil.test', '127.0.0.1.evil.test', ''].some(namesLoopback)).toBe(
      false,
    );
  });
});
