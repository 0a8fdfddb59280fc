import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeMetricsRequest, type OtlpMetricsRequest } from '../../src/otlp/metrics-proto.ts';
import { createReceiver } from '../../src/status/receiver.ts';
import { sendReply } from '../../src/status/reply.ts';
import { container, requestOf } from './pushes.ts';

const MAX_BODY_BYTES = 4096;
const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json; charset=utf-8';
const REQUEST = requestOf(container('web', { timeMs: 1_000 }));

let server: Server;
let url: string;
let received: OtlpMetricsRequest[];

beforeEach(async () => {
  received = [];
  const receiver = createReceiver({ accept: (request) => received.push(request), maxBodyBytes: MAX_BODY_BYTES });
  server = createServer(async (request, response) => sendReply(response, await receiver.receive(request)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/metrics`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function post(body: Uint8Array<ArrayBuffer> | string, headers: Record<string, string>): Promise<Response> {
  return fetch(url, { method: 'POST', body, headers });
}

const protobuf = () => Buffer.from(encodeMetricsRequest(REQUEST));

describe('the embedded receiver', () => {
  it('takes protobuf and answers an empty response in protobuf', async () => {
    const response = await post(protobuf(), { 'Content-Type': PROTOBUF });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(PROTOBUF);
    expect((await response.bytes()).length).toBe(0);
    expect(received).toEqual([REQUEST]);
  });

  it('takes JSON and answers an empty response in JSON', async () => {
    const response = await post(JSON.stringify(REQUEST), { 'Content-Type': JSON_TYPE });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({});
    expect(received).toEqual([REQUEST]);
  });

  it('takes gzip in both', async () => {
    const gzip = { 'Content-Encoding': 'gzip' };
    expect((await post(gzipSync(protobuf()), { 'Content-Type': PROTOBUF, ...gzip })).status).toBe(200);
    const json = gzipSync(JSON.stringify(REQUEST));
    expect((await post(json, { 'Content-Type': JSON_TYPE, ...gzip })).status).toBe(200);
    expect(received).toEqual([REQUEST, REQUEST]);
  });

  it('takes an empty protobuf body, which is an empty request', async () => {
    expect((await post('', { 'Content-Type': PROTOBUF })).status).toBe(200);
    expect(received).toEqual([{}]);
  });

  it.each([
    ['another content type', { 'Content-Type': 'text/plain' }],
    ['no content type', {}],
    ['another encoding', { 'Content-Type': PROTOBUF, 'Content-Encoding': 'br' }],
  ])('refuses %s with 415', async (_, headers: Record<string, string>) => {
    expect((await post(protobuf(), headers)).status).toBe(415);
    expect(received).toEqual([]);
  });

  it('refuses a body over the limit with 413, however it is sent', async () => {
    const large = Buffer.alloc(MAX_BODY_BYTES + 1);
    expect((await post(large, { 'Content-Type': PROTOBUF })).status).toBe(413);
    const stream = new Blob([large]).stream();
    const headers = { 'Content-Type': PROTOBUF };
    const chunked = await fetch(url, { method: 'POST', body: stream, headers, duplex: 'half' });
    expect(chunked.status).toBe(413);
    expect(received).toEqual([]);
  });

  it('refuses with 413 a small body that unpacks to a large one', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024));
    expect(bomb.length).toBeGreaterThan(MAX_BODY_BYTES);
    const smallBomb = gzipSync(Buffer.alloc(MAX_BODY_BYTES * 100));
    expect(smallBomb.length).toBeLessThan(MAX_BODY_BYTES);
    const response = await post(smallBomb, { 'Content-Type': JSON_TYPE, 'Content-Encoding': 'gzip' });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ message: expect.stringContaining('larger than 4096 bytes') });
  });

  it('refuses garbage with 400 and a Status in the encoding of the request', async () => {
    const json = await post('{"resourceMetrics": 7}', { 'Content-Type': JSON_TYPE });
    expect(json.status).toBe(400);
    expect(await json.json()).toMatchObject({ code: 3, message: expect.stringContaining('resourceMetrics') });
    const binary = await post(Buffer.of(0x0a, 0x7f), { 'Content-Type': PROTOBUF });
    expect(binary.status).toBe(400);
    expect(Buffer.from(await binary.bytes()).toString()).toContain('cannot decode ExportMetricsServiceRequest');
    const notGzip = await post('no', { 'Content-Type': PROTOBUF, 'Content-Encoding': 'gzip' });
    expect(notGzip.status).toBe(400);
    expect(received).toEqual([]);
  });

  it('answers arbitrary bytes with 200, 400 or 413 and goes on', async () => {
    const types = fc.constantFrom(PROTOBUF, JSON_TYPE);
    const encodings = fc.constantFrom<Record<string, string>>({}, { 'Content-Encoding': 'gzip' });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), types, encodings, async (bytes, type, encoding) => {
        const response = await post(Buffer.from(bytes), { 'Content-Type': type, ...encoding });
        await response.bytes();
        expect([200, 400, 413]).toContain(response.status);
      }),
      { numRuns: 150 },
    );
    expect((await post(protobuf(), { 'Content-Type': PROTOBUF })).status).toBe(200);
  });
});
