import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseDockerHost, readTlsFiles } from '../../../src/sources/docker/endpoint.ts';

const parse = (host: string, tlsVerify = false) => parseDockerHost({ host, tlsVerify, certPath: '' });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certs-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('takes the default socket where nothing is named', () => {
  expect(parse('')).toMatchObject({ kind: 'unix', socketPath: '/var/run/docker.sock' });
  expect(parse('unix:///run/podman/podman.sock')).toMatchObject({ socketPath: '/run/podman/podman.sock' });
});

test('reads remote engines with the ports and the protocol that Docker uses', () => {
  expect(parse('tcp://engine')).toMatchObject({ protocol: 'http', hostname: 'engine', port: 2375 });
  expect(parse('tcp://engine', true)).toMatchObject({ protocol: 'https', port: 2376 });
  expect(parse('tcp://engine:99', true)).toMatchObject({ protocol: 'https', port: 99 });
  expect(parse('https://engine:2376')).toMatchObject({ protocol: 'https', port: 2376 });
  expect(parse('http://[::1]:2375/')).toMatchObject({ protocol: 'http', hostname: '[::1]', port: 2375 });
});

test('refuses what it cannot ask, and shows no password', () => {
  expect(() => parse('ssh://me@engine')).toThrow(/ssh is not supported; forward the socket/);
  expect(() => parse('npipe:////./pipe/docker_engine')).toThrow(/allowed are unix:/);
  expect(() => parse('engine:2375')).toThrow(/allowed are unix:/);
  expect(() => parse('tcp://engine:2375/prefix')).toThrow(/only host and port/);
  expect(() => parse('unix://docker.sock')).toThrow(/must start with \//);
  expect(() => parse(`tcp://${'a'.repeat(2_000)}`)).toThrow(/longer than an address/);
  expect(parse('tcp://me:secret@engine').label).toBe('tcp://engine:2375');
});

test('reads the certificates that are there', async () => {
  await writeFile(join(folder, 'ca.pem'), 'CA');
  expect(await readTlsFiles(folder)).toEqual({ ca: Buffer.from('CA') });
  await writeFile(join(folder, 'cert.pem'), 'CERT');
  await expect(readTlsFiles(folder)).rejects.toThrow(/cert\.pem without key\.pem/);
  await writeFile(join(folder, 'key.pem'), 'KEY');
  expect(Object.keys(await readTlsFiles(folder))).toEqual(['ca', 'cert', 'key']);
});

test('says so when a named folder has no certificates', async () => {
  await expect(readTlsFiles(folder)).rejects.toThrow(/no ca\.pem, cert\.pem or key\.pem in docker\.certPath/);
});
