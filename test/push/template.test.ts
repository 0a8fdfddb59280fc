import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMetricsRequest } from '../../src/otlp/metrics-proto.ts';
import { ENCODINGS } from '../../src/push/encoding.ts';
import { createTemplate } from '../../src/push/template.ts';
import { type Made, resourceMetrics } from './numbers.ts';

const { encode } = ENCODINGS['http/protobuf'];

const value = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, 0.1, 1e300, -1.5, Number.MIN_VALUE),
);
const integer = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(0, -1, 2 ** 32, -(2 ** 32), 2 ** 53 - 1, -(2 ** 53) + 1));
const series = fc.record({
  isInteger: fc.boolean(),
  attributes: fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
});
const message = fc.array(fc.array(series, { maxLength: 4 }), { minLength: 1, maxLength: 5 });
const time = fc.tuple(fc.integer({ min: 1, max: 4e9 }), fc.nat(999_999_999));

describe('a message that takes other values', () => {
  it('is to the byte what encoding them anew would give', () => {
    const property = fc.property(
      message,
      time,
      time,
      fc.infiniteStream(value),
      fc.infiniteStream(integer),
      (...all) => {
        const [metrics, first, second, doubles, integers] = all;
        const next = (isInteger: boolean): number => (isInteger ? integers : doubles).next().value as number;
        const made = metrics.map((list) => list.map((each) => ({ ...each, isInteger: list[0]!.isInteger })));
        const before: Made = made.map((list) => list.map((each) => ({ ...each, value: next(each.isInteger) })));
        const after: Made = made.map((list) => list.map((each) => ({ ...each, value: next(each.isInteger) })));
        const template = createTemplate(encode(resourceMetrics(before, first)))!;
        const values = after.flat().map((each) => each.value);
        expect(values.every((each, point) => template.accepts(point, each))).toBe(true);
        const filled = template.fill(second, values);
        expect(template.pointCount).toBe(values.length);
        expect(Buffer.from(filled).equals(Buffer.from(encode(resourceMetrics(after, second))))).toBe(true);
      },
    );
    fc.assert(property, { numRuns: 500 });
  });

  it('leaves the message it was made of as it was', () => {
    const chunk = encode(resourceMetrics([[{ isInteger: true, attributes: {}, value: 1 }]], [5, 0]));
    const before = Buffer.from(chunk);
    createTemplate(chunk)!.fill([6, 0], [2]);
    expect(Buffer.from(chunk).equals(before)).toBe(true);
  });

  it('takes only what its points can hold', () => {
    const made: Made = [
      [{ isInteger: true, attributes: {}, value: 1 }],
      [{ isInteger: false, attributes: {}, value: 1 }],
    ];
    const { accepts } = createTemplate(encode(resourceMetrics(made, [5, 0])))!;
    expect([0, -7, 2 ** 53 - 1, 2 ** 53, 0.5, Number.NaN].map((each) => accepts(0, each))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    expect([0.5, -1, Number.NaN, Number.POSITIVE_INFINITY].map((each) => accepts(1, each))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('is a message of OTLP', () => {
    const template = createTemplate(
      encode(resourceMetrics([[{ isInteger: true, attributes: { a: 'b' }, value: 1 }]], [5, 0])),
    )!;
    const [resource] = decodeMetricsRequest(template.fill([1_700_000_000, 9], [-5])).resourceMetrics!;
    const [metric] = resource!.scopeMetrics![0]!.metrics!;
    expect(metric!.sum!.dataPoints).toEqual([
      expect.objectContaining({ asInt: '-5', timeUnixNano: '1700000000000000009' }),
    ]);
  });
});
