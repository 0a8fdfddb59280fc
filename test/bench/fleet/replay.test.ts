import { afterEach, beforeEach, expect, it } from 'vitest';
import { replay } from '../../../bench/fleet/replay.ts';
import { createOtlpEndpoint, type OtlpEndpoint, status } from '../../fakes/otlp-endpoint.ts';

let endpoint: OtlpEndpoint;
beforeEach(async () => {
  endpoint = await createOtlpEndpoint();
});
afterEach(() => endpoint.close());

const requests = [
  { body: Buffer.from('one'), points: 3 },
  { body: Buffer.from('two'), points: 5 },
];

it('posts the requests in turn at the pace that is asked for, and counts their points', async () => {
  const points = await replay({ url: endpoint.url, requests, perSecond: 50, durationMs: 100 });
  expect(points).toBe(3 + 5 + 3 + 5 + 3);
  expect(endpoint.received.map(({ body }) => String(body)).sort()).toEqual(['one', 'one', 'one', 'two', 'two']);
  expect(endpoint.received[0]?.headers['content-encoding']).toBe('gzip');
});

it('fails where a request is not taken', async () => {
  endpoint.answer(status(503));
  await expect(replay({ url: endpoint.url, requests, perSecond: 50, durationMs: 20 })).rejects.toThrow('503');
});
