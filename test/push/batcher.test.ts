import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OtlpMetricsRequest } from '../../src/otlp/metrics-request.ts';
import type { Batch } from '../../src/push/batch.ts';
import { type BatcherOptions, createBatcher } from '../../src/push/batcher.ts';
import { ENCODINGS } from '../../src/push/encoding.ts';

const encoding: BatcherOptions['encoding'] = {
  contentType: 'application/x-protobuf',
  join: (chunks) => Buffer.concat(chunks),
  joinBytes: { once: 0, each: 0 },
  parse: () => ({}),
  write: () => Buffer.from('never asked for'),
};

function createFilled(options: Partial<BatcherOptions> = {}) {
  const batches: Batch[] = [];
  const batcher = createBatcher({
    encoding,
    compression: 'none',
    maxRequestBytes: 10,
    deliver: (batch) => batches.push(batch),
    ...options,
  });
  return { batcher, batches, texts: () => batches.map(textOf) };
}

function textOf({ body, contentEncoding }: Batch): string {
  return Buffer.from(contentEncoding === 'gzip' ? gunzipSync(body) : body).toString();
}

const chunk = (text: string): Uint8Array => Buffer.from(text);

describe('batcher', () => {
  it('joins chunks until the next one would exceed the limit', async () => {
    const { batcher, texts } = createFilled();
    for (const text of ['aaaa', 'bbbb', 'cc', 'd']) await batcher.add(chunk(text), 1);
    expect(texts()).toEqual(['aaaabbbbcc']);
    await batcher.finish();
    expect(texts()).toEqual(['aaaabbbbcc', 'd']);
  });

  it('sends a chunk that is larger than the limit alone', async () => {
    const { batcher, texts } = createFilled();
    for (const text of ['a', 'b'.repeat(30), 'c']) await batcher.add(chunk(text), 1);
    await batcher.finish();
    expect(texts()).toEqual(['a', 'b'.repeat(30), 'c']);
  });

  it('delivers nothing where there is nothing', async () => {
    const { batcher, batches } = createFilled();
    await batcher.finish();
    await batcher.add(chunk('a'), 1);
    await batcher.finish();
    await batcher.finish();
    expect(batches).toHaveLength(1);
  });

  it('counts the points of each batch', async () => {
    const { batcher, batches } = createFilled();
    await batcher.add(chunk('aaaaa'), 3);
    await batcher.add(chunk('bbbbb'), 4);
    await batcher.add(chunk('c'), 5);
    await batcher.finish();
    expect(batches.map(({ pointCount }) => pointCount)).toEqual([7, 5]);
  });

  it('compresses and says so', async () => {
    const { batcher, batches, texts } = createFilled({ compression: 'gzip', maxRequestBytes: 10_000 });
    await batcher.add(chunk('a'.repeat(1000)), 1);
    await batcher.finish();
    expect(batches[0]).toMatchObject({ contentType: 'application/x-protobuf', contentEncoding: 'gzip' });
    expect(batches[0]?.body.length).toBeLessThan(100);
    expect(texts()).toEqual(['a'.repeat(1000)]);
  });

  it('says nothing of an encoding where it does not compress', async () => {
    const { batcher, batches } = createFilled();
    await batcher.add(chunk('a'), 1);
    await batcher.finish();
    expect(batches[0]).not.toHaveProperty('contentEncoding');
  });

  it('keeps order, limit and every chunk also where two add at once', async () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 30 });
    const property = fc.asyncProperty(
      lengths,
      lengths,
      fc.constantFrom<'none' | 'gzip'>('none', 'gzip'),
      async (a, b, compression) => {
        const { batcher, texts } = createFilled({ compression });
        const addAll = async (letter: string, all: readonly number[]): Promise<void> => {
          for (const length of all) await batcher.add(chunk(letter.repeat(length)), 1);
          await batcher.finish();
        };
        await Promise.all([addAll('a', a), addAll('b', b)]);
        const joined = texts().join('');
        for (const text of texts()) expect(text.length).toBeLessThanOrEqual(10);
        for (const [letter, all] of [
          ['a', a],
          ['b', b],
        ] as const) {
          expect(joined.replaceAll(new RegExp(`[^${letter}]`, 'g'), '')).toHaveLength(
            all.reduce((sum, length) => sum + length, 0),
          );
        }
      },
    );
    await fc.assert(property, { numRuns: 50 });
  });

  it('delivers in the order in which batches were full, however long compressing them takes', async () => {
    const { batcher, texts } = createFilled({ compression: 'gzip', maxRequestBytes: 2_000_000 });
    const large = batcher.add(chunk('a'.repeat(2_000_000)), 1).then(() => batcher.finish());
    await Promise.resolve();
    const small = batcher.add(chunk('b'), 1).then(() => batcher.finish());
    await Promise.all([large, small]);
    expect(texts().map((text) => text[0])).toEqual(['a', 'b']);
  });

  it('tells the caller whose batch could not be delivered, and goes on', async () => {
    const delivered: string[] = [];
    const { batcher } = createFilled({
      deliver: (batch) => {
        if (delivered.push(textOf(batch)) === 1) throw new Error('no room');
      },
    });
    await batcher.add(chunk('a'), 1);
    await expect(batcher.finish()).rejects.toThrow('no room');
    await batcher.add(chunk('b'), 1);
    await batcher.finish();
    expect(delivered).toEqual(['a', 'b']);
  });
});

/** A container whose metrics have so many points. */
function resource(name: string, points: readonly number[]) {
  const metric = (count: number, index: number) => ({
    name: `metric.${index}`,
    sum: {
      dataPoints: Array.from({ length: count }, (_, n) => ({ timeUnixNano: '1700000000000000000', asInt: `${n}` })),
      aggregationTemporality: 2,
      isMonotonic: true,
    },
  });
  const attributes = [{ key: 'container.name', value: { stringValue: name } }];
  return { resource: { attributes }, scopeMetrics: [{ scope: { name: 'plimsoll' }, metrics: points.map(metric) }] };
}

/** `container metric value` of every point, in order. */
function pointsIn({ resourceMetrics = [] }: OtlpMetricsRequest): string[] {
  return resourceMetrics.flatMap(({ resource: of, scopeMetrics = [] }) =>
    scopeMetrics.flatMap(({ metrics = [] }) =>
      metrics.flatMap(({ name, sum }) =>
        (sum?.dataPoints ?? []).map((each) => `${of?.attributes?.[0]?.value?.stringValue} ${name} ${each.asInt}`),
      ),
    ),
  );
}

describe.each(Object.entries(ENCODINGS))('batches of %s', (_, real) => {
  const sentOf = async (
    resources: readonly ReturnType<typeof resource>[],
    maxRequestBytes: number,
    compression: 'none' | 'gzip' = 'none',
  ) => {
    const { batcher, batches } = createFilled({ encoding: real, maxRequestBytes, compression });
    for (const each of resources) {
      const request = { resourceMetrics: [each] };
      await batcher.add(real.write(request), pointsIn(request).length);
    }
    await batcher.finish();
    const bodies = batches.map(({ body, contentEncoding }) => (contentEncoding ? gunzipSync(body) : body));
    expect(Math.max(...bodies.map((body) => body.length))).toBeLessThanOrEqual(maxRequestBytes);
    const points = bodies.map((body) => pointsIn(real.parse(body)));
    expect(batches.map(({ pointCount }) => pointCount)).toEqual(points.map(({ length }) => length));
    expect(points.flat()).toEqual(pointsIn({ resourceMetrics: resources }));
    return bodies;
  };

  it.each(['none', 'gzip'] as const)(
    'divide a container that is over the limit by metric, between others (compression %s)',
    async (compression) => {
      const large = resource('large', [3, 40, 1, 200, 5, 5, 5]);
      const bodies = await sentOf([resource('a', [2]), large, resource('b', [2])], 2_000, compression);
      expect(bodies.length).toBeGreaterThan(3);
    },
  );

  it('stay within the limit to the byte, whatever it is', async () => {
    const small = ['a', 'b', 'c', 'd'].map((name) => resource(name, [1]));
    const { length } = real.join(small.map((each) => real.write({ resourceMetrics: [each] })));
    expect(await sentOf(small, length)).toHaveLength(1);
    expect(await sentOf(small, length - 1)).toHaveLength(2);
    const sizes = fc.asyncProperty(fc.integer({ min: 600, max: 3_000 }), async (max) => {
      await sentOf([resource('a', [20]), resource('b', [1, 30, 1]), ...small], max);
    });
    await fc.assert(sizes, { numRuns: 30 });
  });
});
