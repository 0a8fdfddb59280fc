import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../src/limits.ts';
import { encodeMetricsResponse } from '../../src/otlp/metrics-proto.ts';
import { createOtlpSender, type OtlpSenderOptions } from '../../src/push/otlp-sender.ts';
import { type Answer, createOtlpEndpoint, type OtlpEndpoint, status } from '../fakes/otlp-endpoint.ts';
import { batch } from './batches.ts';

let endpoint: OtlpEndpoint;
const releasers: (() => Promise<void>)[] = [];

beforeEach(async () => {
  endpoint = await createOtlpEndpoint();
  releasers.push(endpoint.close);
});

afterEach(async () => {
  for (const release of releasers.splice(0).reverse()) await release();
});

function createSender(options: Partial<OtlpSenderOptions> = {}) {
  const sender = createOtlpSender({
    endpoint: endpoint.url,
    headers: {},
    headersFile: '',
    timeoutMs: 2000,
    certificateFile: '',
    clientKeyFile: '',
    clientCertificateFile: '',
    userAgent: 'plimsoll/test',
    ...options,
  });
  releasers.push(sender.close);
  return sender;
}

const NOT_OTLP = { rejectedPointCount: 0, message: expect.stringContaining('not of OTLP') };
const json = batch('{}', { contentType: 'application/json' });
const partial = { partialSuccess: { rejectedDataPoints: '1', errorMessage: 'too old' } };
const inAMinute = () => new Date(Date.now() + 60_000).toUTCString();

describe('what an answer means', () => {
  it.each<[string, Answer, object]>([
    ['200 without a body', status(200), { status: 'accepted', rejectedPointCount: 0 }],
    ['202', status(202), { status: 'accepted', rejectedPointCount: 0 }],
    [
      '200 with an empty answer',
      status(200, {}, encodeMetricsResponse({})),
      { status: 'accepted', rejectedPointCount: 0 },
    ],
    [
      '200 with partial success',
      status(200, {}, encodeMetricsResponse(partial)),
      { status: 'accepted', rejectedPointCount: 1, message: 'too old' },
    ],
    [
      '200 with a warning',
      status(200, {}, encodeMetricsResponse({ partialSuccess: { errorMessage: 'soon gone' } })),
      { status: 'accepted', rejectedPointCount: 0, message: 'soon gone' },
    ],
    [
      '200 with a page',
      status(200, { 'content-type': 'text/html' }, '<!doctype html><title>Welcome</title>'),
      { status: 'accepted', rejectedPointCount: 0, message: expect.stringContaining('is the endpoint a Collector?') },
    ],
    [
      '301',
      status(301, { location: '/elsewhere' }),
      { status: 'refused', reason: expect.stringContaining('redirects are not followed') },
    ],
    ['400', status(400), { status: 'refused', httpStatus: 400 }],
    ['401', status(401), { status: 'refused', reason: expect.stringContaining('push.headers') }],
    ['403', status(403), { status: 'refused', reason: expect.stringContaining('push.headers') }],
    ['404', status(404), { status: 'refused', reason: expect.stringContaining('/v1/metrics') }],
    ['413', status(413), { status: 'refused', reason: expect.stringContaining('push.maxRequestBytes') }],
    ['415', status(415), { status: 'refused', reason: expect.stringContaining('push.protocol') }],
    ['500', status(500), { status: 'refused', httpStatus: 500 }],
    ['429 with Retry-After', status(429, { 'retry-after': '7' }), { status: 'retryable', retryAfterMs: 7000 }],
    ['502', status(502), { status: 'retryable', reason: expect.stringContaining('502') }],
    [
      '503 with Retry-After',
      status(503, { 'retry-after': '30' }, 'busy'),
      { status: 'retryable', retryAfterMs: 30_000 },
    ],
    ['504', status(504), { status: 'retryable', reason: expect.stringContaining('504') }],
  ])('%s', async (_, answer, outcome) => {
    endpoint.answer(answer);
    expect(await createSender().send(batch('x'))).toMatchObject(outcome);
    expect(endpoint.received).toHaveLength(1);
  });

  it('503 with a date in Retry-After', async () => {
    endpoint.answer((response) => void response.writeHead(503, { 'retry-after': inAMinute() }).end());
    const outcome = await createSender().send(batch('x'));
    const retryAfterMs = 'retryAfterMs' in outcome ? outcome.retryAfterMs : undefined;
    expect(retryAfterMs).toBeGreaterThan(57_000);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  it.each([
    ['partial success', JSON.stringify(partial), { rejectedPointCount: 1, message: 'too old' }],
    ['an empty object', '{}', { rejectedPointCount: 0 }],
    ['a page', '<html>', { rejectedPointCount: 0, message: expect.stringContaining('not of OTLP') }],
    [
      'more points than were sent',
      JSON.stringify({ partialSuccess: { rejectedDataPoints: 2 ** 40 } }),
      { rejectedPointCount: 1 },
    ],
    ['a count that is none', '{"partialSuccess":{"rejectedDataPoints":"abc"}}', NOT_OTLP],
    ['a count below zero', '{"partialSuccess":{"rejectedDataPoints":-5}}', NOT_OTLP],
    ['words that are none', '{"partialSuccess":{"errorMessage":{}}}', NOT_OTLP],
    [
      'very many words',
      JSON.stringify({ partialSuccess: { errorMessage: 'x'.repeat(10_000) } }),
      { rejectedPointCount: 0, message: 'x'.repeat(LIMITS.receiverMessage.max) },
    ],
    ['null', 'null', { rejectedPointCount: 0, message: expect.stringContaining('not of OTLP') }],
  ])('200 with %s in JSON', async (_, body, outcome) => {
    endpoint.answer(status(200, { 'content-type': 'application/json' }, body));
    expect(await createSender().send(json)).toEqual({ status: 'accepted', httpStatus: 200, ...outcome });
  });
});

describe('an answer that does not come', () => {
  it('connection refused', async () => {
    await endpoint.close();
    expect(await createSender().send(batch('x'))).toEqual({
      status: 'retryable',
      reason: expect.stringMatching(/ECONNREFUSED.*nothing listens there yet/),
      errorType: 'ECONNREFUSED',
    });
  });

  it('connection cut', async () => {
    endpoint.answer((response) => response.socket?.destroy());
    expect(await createSender().send(batch('x'))).toMatchObject({ status: 'retryable', reason: expect.any(String) });
  });

  it('connection cut in the middle of the answer', async () => {
    endpoint.answer((response) => {
      response.writeHead(200, { 'content-length': '100' }).write('x', () => response.socket?.destroy());
    });
    expect(await createSender().send(batch('x'))).toMatchObject({ status: 'retryable' });
  });

  it('unknown host name', async () => {
    const sender = createSender({ endpoint: 'http://no-such-host.invalid:4318/v1/metrics' });
    const outcome = await sender.send(batch('x'));
    expect(outcome).toMatchObject({ status: 'retryable' });
    expect(outcome).toHaveProperty(
      'reason',
      expect.stringMatching(/no-such-host\.invalid.*\((the host name|the name server)/),
    );
  });

  it('nothing within the timeout', async () => {
    endpoint.answer(() => undefined);
    const startedAt = performance.now();
    expect(await createSender({ timeoutMs: 200 }).send(batch('x'))).toEqual({
      status: 'retryable',
      reason: 'no answer within 200 ms',
      errorType: 'timeout',
    });
    expect(performance.now() - startedAt).toBeLessThan(1500);
  });

  it('a body that drips more slowly than the timeout', async () => {
    endpoint.answer(async (response) => {
      response.writeHead(200, { 'content-length': '1000' });
      while (!response.destroyed && response.write('x')) await sleep(20);
    });
    expect(await createSender({ timeoutMs: 200 }).send(batch('x'))).toEqual({
      status: 'retryable',
      reason: 'no answer within 200 ms',
      errorType: 'timeout',
    });
  });

  it('a close while it waits', async () => {
    endpoint.answer(() => undefined);
    const sender = createSender({ timeoutMs: 60_000 });
    const sending = sender.send(batch('x'));
    while (endpoint.received.length === 0) await sleep(5);
    await sender.close();
    expect(await sending).toMatchObject({ status: 'retryable' });
  });

  it('an error page of many megabytes does not make a refusal look like trouble', async () => {
    endpoint.answer(status(404, {}, Buffer.alloc(6_000_000)));
    expect(await createSender().send(batch('x'))).toMatchObject({ status: 'refused', httpStatus: 404 });
  });
});

describe('what is sent', () => {
  it('the body as it is, its type and encoding, the headers of the user and who sends it', async () => {
    const sender = createSender({ headers: { Authorization: 'Bearer secret', 'x-tenant': 'a' } });
    await sender.send(batch('compressed', { contentEncoding: 'gzip' }));
    expect(endpoint.received[0]).toMatchObject({ url: '/v1/metrics', body: Buffer.from('compressed') });
    expect(endpoint.received[0]?.headers).toMatchObject({
      authorization: 'Bearer secret',
      'x-tenant': 'a',
      'user-agent': 'plimsoll/test',
      'content-type': 'application/x-protobuf',
      'content-encoding': 'gzip',
      'content-length': '10',
    });
  });

  it('no encoding where there is none, and JSON under its own type', async () => {
    await createSender().send(json);
    expect(endpoint.received[0]?.headers).toMatchObject({ 'content-type': 'application/json' });
    expect(endpoint.received[0]?.headers).not.toHaveProperty('content-encoding');
  });

  it('one header of a name, whatever its case', async () => {
    await createSender({ headers: { 'Content-Type': 'text/plain', 'User-Agent': 'mine' } }).send(batch('x'));
    expect(endpoint.received[0]?.headers).toMatchObject({ 'content-type': 'application/x-protobuf' });
  });

  it('many batches over one connection', async () => {
    const ports = new Set<number | undefined>();
    endpoint.answer((response) => {
      ports.add(response.socket?.remotePort);
      response.end();
    });
    const sender = createSender();
    for (const text of ['a', 'b', 'c']) await sender.send(batch(text));
    expect(endpoint.received.map(({ body }) => body.toString())).toEqual(['a', 'b', 'c']);
    expect(ports.size).toBe(1);
  });
});
