import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NEWEST_KNOWN_API_VERSION, parseEngineVersion } from '../../../src/sources/docker/version.ts';

const chosen = (ApiVersion: string, MinAPIVersion?: string) =>
  parseEngineVersion({ ApiVersion, MinAPIVersion })?.apiVersion;

test('speaks the newest API that both sides know', () => {
  expect(chosen('1.41', '1.12')).toBe('1.41');
  expect(chosen('1.9')).toBe('1.9');
  expect(chosen('1.56', '1.40')).toBe(NEWEST_KNOWN_API_VERSION);
  expect(chosen('2.10')).toBe(NEWEST_KNOWN_API_VERSION);
});

test('speaks what the engine still serves when it no longer serves what is known', () => {
  expect(chosen('1.99', '1.60')).toBe('1.60');
});

test('tells Podman from Docker', () => {
  const podman = { ApiVersion: '1.41', Version: '4.3.1', Components: [{ Name: 'Podman Engine' }] };
  expect(parseEngineVersion(podman)).toEqual({ apiVersion: '1.41', engineVersion: '4.3.1', runtime: 'podman' });
  expect(parseEngineVersion({ ApiVersion: '1.41', Components: [{ Name: 'Engine' }] })?.runtime).toBe('docker');
});

test('never throws, and takes what has no API version for another kind of server', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (document) => {
      expect(parseEngineVersion(document)).toBeUndefined();
    }),
  );
  expect(parseEngineVersion({ ApiVersion: '../../x' })).toBeUndefined();
});
