import { describe, expect, it } from 'vitest';
import { decodeMetricsRequest, parseMetricsRequestJson } from '../../src/otlp/metrics-proto.ts';
import type { OtlpMetric, OtlpMetricsRequest } from '../../src/otlp/metrics-request.ts';
import { ENCODINGS, type Protocol, toRequest } from '../../src/push/encoding.ts';
import { countPoints } from '../../src/push/points.ts';
import { collectSample } from './resource-metrics.ts';

const PROTOCOLS: readonly Protocol[] = ['http/protobuf', 'http/json'];

function decode(protocol: Protocol, body: Uint8Array): OtlpMetricsRequest {
  return protocol === 'http/json' ? parseMetricsRequestJson(Buffer.from(body).toString()) : decodeMetricsRequest(body);
}

const metricsOf = (request: OtlpMetricsRequest): readonly OtlpMetric[] =>
  (request.resourceMetrics ?? []).flatMap(({ scopeMetrics = [] }) =>
    scopeMetrics.flatMap(({ metrics = [] }) => metrics),
  );

const pointsOf = (request: OtlpMetricsRequest) =>
  metricsOf(request).flatMap(
    (metric) => (metric.sum ?? metric.gauge ?? metric.histogram)?.dataPoints ?? ([] as { flags?: number }[]),
  );

const namesOf = (request: OtlpMetricsRequest): readonly (string | undefined)[] =>
  (request.resourceMetrics ?? []).map(({ resource }) => resource?.attributes?.[0]?.value?.stringValue);

describe.each(PROTOCOLS)('encoding as %s', (protocol) => {
  const encoding = ENCODINGS[protocol];

  it('joins chunks into one valid request with all their resources in order', async () => {
    const samples = [
      await collectSample({ name: 'a' }),
      await collectSample({ name: 'b' }),
      await collectSample({ name: 'c' }),
    ];
    const request = decode(protocol, encoding.join(samples.map(encoding.encode)));
    expect(namesOf(request)).toEqual(['a', 'b', 'c']);
    expect(request.resourceMetrics?.[1]).toEqual(
      decode(protocol, encoding.join([encoding.encode(samples[1]!)])).resourceMetrics?.[0],
    );
  });

  it('writes values, units, kinds and times', async () => {
    const request = decode(protocol, encoding.join([encoding.encode(await collectSample({ name: 'a' }))]));
    const [counter, level, gauge, duration] = metricsOf(request);
    expect(counter).toMatchObject({
      name: 'counter',
      unit: 's',
      sum: { isMonotonic: true, aggregationTemporality: 2 },
    });
    expect(counter?.sum?.dataPoints?.[0]?.asDouble).toBe(1.5);
    expect(level?.sum?.dataPoints?.[1]).toMatchObject({ asInt: String(2 ** 40) });
    expect(gauge?.gauge?.dataPoints?.[0]?.asDouble).toBe(-0.5);
    expect(duration?.histogram?.dataPoints?.[0]).toMatchObject({ count: '1', sum: 1.2 });
    for (const point of pointsOf(request)) expect(point.flags ?? 0).toBe(0);
  });

  it('marks every point of an end, of whatever kind', async () => {
    const sample = await collectSample({ name: 'a' });
    const request = decode(protocol, encoding.join([encoding.encodeEnd(sample)]));
    const points = pointsOf(request);
    expect(points).toHaveLength(countPoints(sample));
    expect(points.map(({ flags }) => flags)).toEqual(points.map(() => 1));
  });

  it('changes nothing else at an end: series, kinds and times stay', async () => {
    const sample = await collectSample({ name: 'a' });
    const unmarked = (request: OtlpMetricsRequest): unknown =>
      JSON.parse(JSON.stringify(request, (key, value) => (key === 'flags' ? undefined : value)));
    const live = decode(protocol, encoding.join([encoding.encode(sample)]));
    const end = decode(protocol, encoding.join([encoding.encodeEnd(sample)]));
    expect(unmarked(end)).toEqual(unmarked(live));
  });

  it('joins live chunks and ends into one request', async () => {
    const [live, end] = [await collectSample({ name: 'live' }), await collectSample({ name: 'gone' })];
    const request = decode(protocol, encoding.join([encoding.encode(live), encoding.encodeEnd(end)]));
    expect(namesOf(request)).toEqual(['live', 'gone']);
  });
});

describe('the two encodings', () => {
  it('say the same', async () => {
    const sample = await collectSample({ name: 'a' });
    const [protobuf, json] = PROTOCOLS.map((each) =>
      decode(each, ENCODINGS[each].join([ENCODINGS[each].encode(sample)])),
    );
    expect(json).toEqual(protobuf);
  });

  it('write JSON as OTLP wants it: 64-bit integers as text, enumerations as numbers', async () => {
    const request = toRequest(await collectSample({ name: 'a' }));
    const level = metricsOf(request).find(({ name }) => name === 'level');
    expect(level?.sum?.aggregationTemporality).toBe(2);
    expect(level?.sum?.dataPoints?.[0]?.timeUnixNano).toMatch(/^\d{19}$/);
  });
});
