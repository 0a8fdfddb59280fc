import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { OtlpMetricsRequest } from '../../src/otlp/metrics-request.ts';
import type { Batch } from '../../src/push/batch.ts';
import { ENCODINGS, type Protocol } from '../../src/push/encoding.ts';
import { halveBatch, halveRequest, splitChunk } from '../../src/push/halves.ts';
import { batch } from './batches.ts';

const point = (n: number) => ({ timeUnixNano: '1700000000000000000', asInt: String(n), startTimeUnixNano: '1' });
const metric = (name: string, count: number) => ({
  name,
  sum: { dataPoints: Array.from({ length: count }, (_, n) => point(n)), aggregationTemporality: 2, isMonotonic: true },
});
const resource = (name: string, metrics: readonly ReturnType<typeof metric>[]) => ({
  resource: { attributes: [{ key: 'container.name', value: { stringValue: name } }] },
  scopeMetrics: [{ scope: { name: 'plimsoll' }, metrics }],
});
const REQUEST: OtlpMetricsRequest = {
  resourceMetrics: [resource('a', [metric('m', 1), metric('n', 3)]), resource('b', [metric('m', 0), metric('o', 2)])],
};

/** Every point with all that it is a point of, in order. */
function pointsIn({ resourceMetrics = [] }: OtlpMetricsRequest): string[] {
  return resourceMetrics.flatMap(({ resource: of, scopeMetrics = [] }) =>
    scopeMetrics.flatMap(({ scope, metrics = [] }) =>
      metrics.flatMap(({ sum, ...rest }) =>
        (sum?.dataPoints ?? []).map((each) => JSON.stringify([of, scope, rest, { ...sum, dataPoints: [] }, each])),
      ),
    ),
  );
}

/** Halves until nothing can be divided any more. */
function pieces(request: OtlpMetricsRequest): OtlpMetricsRequest[] {
  return halveRequest(request)?.flatMap(pieces) ?? [request];
}

describe('halving', () => {
  it('loses and repeats no point and keeps their order, down to single points', () => {
    const all = pieces(REQUEST);
    expect(all.flatMap(pointsIn)).toEqual(pointsIn(REQUEST));
    expect(Math.max(...all.map((piece) => pointsIn(piece).length))).toBe(1);
  });

  it.each<[Protocol, 'gzip' | 'none']>([
    ['http/protobuf', 'gzip'],
    ['http/protobuf', 'none'],
    ['http/json', 'gzip'],
    ['http/json', 'none'],
  ])('divides a batch of %s with compression %s', async (protocol, compression) => {
    const encoding = ENCODINGS[protocol];
    const body = encoding.join([encoding.write(REQUEST)]);
    const whole: Batch =
      compression === 'gzip'
        ? { body: gzipSync(body), contentType: encoding.contentType, contentEncoding: 'gzip', pointCount: 6 }
        : { body, contentType: encoding.contentType, pointCount: 6 };
    const halves = (await halveBatch(whole))!;
    expect(halves.map(({ pointCount }) => pointCount)).toEqual([4, 2]);
    expect(halves.every(({ contentEncoding }) => contentEncoding === whole.contentEncoding)).toBe(true);
    const quarters = await halveBatch(halves[0]);
    expect(quarters?.map(({ pointCount }) => pointCount)).toEqual([1, 3]);
  });

  it('leaves alone what is not of OTLP, and what is a single point', async () => {
    expect(await halveBatch(batch('not of OTLP'))).toBeUndefined();
    const single = { resourceMetrics: [resource('a', [metric('m', 1)])] };
    expect(halveRequest(single)).toBeUndefined();
    expect(halveRequest({})).toBeUndefined();
  });

  it.each(Object.values(ENCODINGS))('splits a chunk of $contentType by metric, to pieces of the size', (encoding) => {
    const request = {
      resourceMetrics: [
        resource(
          'a',
          Array.from({ length: 40 }, (_, n) => metric(`m${n}`, 5)),
        ),
      ],
    };
    const chunk = encoding.write(request);
    const split = splitChunk(encoding, chunk, 2500)!;
    expect(Math.max(...split.map((piece) => piece.chunk.length))).toBeLessThanOrEqual(2500);
    expect(split.reduce((sum, { pointCount }) => sum + pointCount, 0)).toBe(200);
    const again = split.map((piece) => encoding.parse(encoding.join([piece.chunk])));
    expect(again.flatMap(pointsIn)).toEqual(pointsIn(encoding.parse(encoding.join([chunk]))));
  });
});
