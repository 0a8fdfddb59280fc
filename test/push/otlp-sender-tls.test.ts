import { copyFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createOtlpSender, type OtlpSenderOptions } from '../../src/push/otlp-sender.ts';
import { type Certificates, createCertificates } from '../fakes/certificates.ts';
import { createHttpProxy } from '../fakes/http-proxy.ts';
import { createOtlpEndpoint } from '../fakes/otlp-endpoint.ts';
import { batch } from './batches.ts';

let files: Certificates;
const releasers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  files = await createCertificates();
});
afterAll(() => files.remove());
afterEach(async () => {
  for (const release of releasers.splice(0).reverse()) await release();
  vi.unstubAllEnvs();
});

async function createEndpoint(tls?: 'tls' | 'mutual tls') {
  const read = (file: string): Buffer => readFileSync(file);
  const server = { key: read(files.serverKey), cert: read(files.serverCertificate) };
  const mutual = tls === 'mutual tls' && { ca: read(files.ca), requestCert: true, rejectUnauthorized: true };
  const endpoint = await createOtlpEndpoint(tls && { ...server, ...mutual });
  releasers.push(endpoint.close);
  return endpoint;
}

async function createProxy(credentials?: string) {
  const proxy = await createHttpProxy(credentials);
  releasers.push(proxy.close);
  return proxy;
}

function createSender(endpoint: string, options: Partial<OtlpSenderOptions> = {}) {
  const sender = createOtlpSender({
    endpoint,
    headers: { 'x-tenant': 'a' },
    headersFile: '',
    timeoutMs: 5000,
    certificateFile: '',
    clientKeyFile: '',
    clientCertificateFile: '',
    userAgent: 'plimsoll/test',
    ...options,
  });
  releasers.push(sender.close);
  return sender;
}

async function send(endpoint: string, options: Partial<OtlpSenderOptions> = {}) {
  return createSender(endpoint, options).send(batch('x'));
}

const withCa = () => ({ certificateFile: files.ca });
const withClient = () => ({
  ...withCa(),
  clientKeyFile: files.clientKey,
  clientCertificateFile: files.clientCertificate,
});

describe('TLS', () => {
  it('trusts the authority of push.certificateFile', async () => {
    const { url, received } = await createEndpoint('tls');
    expect(await send(url, withCa())).toEqual({ status: 'accepted', rejectedPointCount: 0, httpStatus: 200 });
    expect(received).toHaveLength(1);
  });

  it('trusts no other, and says what is wrong', async () => {
    const { url, received } = await createEndpoint('tls');
    expect(await send(url)).toMatchObject({ status: 'retryable', reason: expect.stringMatching(/certificate/i) });
    expect(received).toEqual([]);
  });

  it('shows its own certificate to a receiver that asks for one', async () => {
    const { url } = await createEndpoint('mutual tls');
    expect(await send(url, withClient())).toMatchObject({ status: 'accepted' });
    expect(await send(url, withCa())).toMatchObject({ status: 'retryable' });
  });

  it('reads its files again when they were replaced', async () => {
    const { url } = await createEndpoint('mutual tls');
    const copies = { clientKeyFile: `${files.ca}.key-copy`, clientCertificateFile: `${files.ca}.certificate-copy` };
    copyFileSync(files.serverKey, copies.clientKeyFile);
    copyFileSync(files.ca, copies.clientCertificateFile);
    const sender = createSender(url, { ...withCa(), ...copies });
    expect(await sender.send(batch('x'))).toMatchObject({ status: 'retryable' });
    copyFileSync(files.clientKey, copies.clientKeyFile);
    copyFileSync(files.clientCertificate, copies.clientCertificateFile);
    expect(await sender.send(batch('x'))).toMatchObject({ status: 'accepted' });
  });

  it('trusts another authority as soon as push.certificateFile has it, and no longer the one before', async () => {
    const { url, received } = await createEndpoint('tls');
    const certificateFile = `${files.ca}.authority-copy`;
    copyFileSync(files.clientCertificate, certificateFile);
    const sender = createSender(url, { certificateFile });
    expect(await sender.send(batch('x'))).toMatchObject({
      status: 'retryable',
      reason: expect.stringMatching(/certificate/i),
    });
    copyFileSync(files.ca, certificateFile);
    expect(await sender.send(batch('x'))).toMatchObject({ status: 'accepted' });
    copyFileSync(files.clientCertificate, certificateFile);
    expect(await sender.send(batch('x'))).toMatchObject({ status: 'retryable' });
    expect(received).toHaveLength(1);
  });

  it('fails at once, by name, on a file that is not there', async () => {
    await expect(send('https://127.0.0.1:1/', { certificateFile: `${files.ca}.missing` })).rejects.toThrow(
      'ca.pem.missing',
    );
  });
});

describe('proxies', () => {
  it('forward plain requests for which HTTP_PROXY names one', async () => {
    const [endpoint, proxy] = [await createEndpoint(), await createProxy()];
    vi.stubEnv('HTTP_PROXY', proxy.url);
    expect(await send(endpoint.url)).toMatchObject({ status: 'accepted' });
    expect(proxy.asked).toEqual([`POST ${endpoint.url}`]);
    expect(endpoint.received[0]).toMatchObject({ url: '/v1/metrics', body: Buffer.from('x') });
    expect(endpoint.received[0]?.headers).toMatchObject({ 'x-tenant': 'a', host: `127.0.0.1:${endpoint.port}` });
  });

  it('tunnel TLS, which is made with the receiver itself and both sides’ certificates', async () => {
    const [endpoint, proxy] = [await createEndpoint('mutual tls'), await createProxy()];
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    expect(await send(endpoint.url, withClient())).toMatchObject({ status: 'accepted' });
    expect(proxy.asked).toEqual([`CONNECT 127.0.0.1:${endpoint.port}`]);
    expect(endpoint.received).toHaveLength(1);
  });

  it('do not make an unknown certificate a trusted one', async () => {
    const [endpoint, proxy] = [await createEndpoint('tls'), await createProxy()];
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    expect(await send(endpoint.url)).toMatchObject({
      status: 'retryable',
      reason: expect.stringMatching(/certificate/i),
    });
    expect(endpoint.received).toEqual([]);
  });

  it.each(['127.0.0.1', '*'])('are left out for hosts of NO_PROXY=%s', async (noProxy) => {
    const proxy = await createProxy();
    const [plain, tls] = [await createEndpoint(), await createEndpoint('tls')];
    vi.stubEnv('HTTP_PROXY', proxy.url);
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    vi.stubEnv('NO_PROXY', noProxy);
    expect(await send(plain.url)).toMatchObject({ status: 'accepted' });
    expect(await send(tls.url, withCa())).toMatchObject({ status: 'accepted' });
    expect(proxy.asked).toEqual([]);
  });

  it.each([
    ['plain requests', 'HTTP_PROXY', undefined],
    ['TLS', 'HTTPS_PROXY', 'tls'],
  ] as const)(
    'that want credentials for %s keep the batch waiting, say so, and take them from their address',
    async (_, variable, tls) => {
      const [endpoint, proxy] = [await createEndpoint(tls), await createProxy('plim:soll')];
      vi.stubEnv(variable, proxy.url);
      expect(await send(endpoint.url, withCa())).toMatchObject({
        status: 'retryable',
        reason: expect.stringMatching(/407.*the proxy wants credentials: .*USER:PASSWORD/),
      });
      expect(endpoint.received).toEqual([]);
      vi.stubEnv(variable, proxy.url.replace('//', '//plim:soll@'));
      expect(await send(endpoint.url, withCa())).toMatchObject({ status: 'accepted' });
      expect(endpoint.received[0]?.headers).not.toHaveProperty('proxy-authorization');
    },
  );

  it('that refuse a tunnel keep the batch waiting: the receiver has not seen it', async () => {
    const endpoint = await createEndpoint('tls');
    const proxy = createServer().on('connect', (_, socket) => {
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    releasers.push(async () => void proxy.close());
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    expect(await send(endpoint.url, withCa())).toMatchObject({
      status: 'retryable',
      reason: 'the proxy makes no tunnel: HTTP status 403',
    });
    expect(endpoint.received).toEqual([]);
  });

  it('that do not answer are trouble like any other', async () => {
    const [endpoint, proxy] = [await createEndpoint(), await createProxy()];
    await proxy.close();
    vi.stubEnv('HTTP_PROXY', proxy.url);
    expect(await send(endpoint.url)).toMatchObject({
      status: 'retryable',
      reason: expect.stringContaining('ECONNREFUSED'),
    });
  });
});
