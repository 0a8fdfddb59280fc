import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationTemporality, AggregationType, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeMetricsRequest,
  decodeMetricsResponse,
  encodeMetricsRequest,
  encodeMetricsResponse,
  MalformedOtlp,
  type OtlpMetricsRequest,
  parseMetricsRequestJson,
} from '../../src/otlp/metrics-proto.ts';

class PullReader extends MetricReader {
  protected async onForceFlush(): Promise<void> {
    // Nothing is buffered.
  }
  protected async onShutdown(): Promise<void> {
    // Nothing is held.
  }
}

/** One collect of a real MeterProvider with each kind of instrument, as the SDK's own serializers write it. */
async function sdkBodies(): Promise<{ protobuf: Uint8Array; json: Uint8Array }> {
  const reader = new PullReader({
    aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE,
    aggregationSelector: () => ({ type: AggregationType.DEFAULT }),
  });
  const resource = resourceFromAttributes({ 'container.id': 'abc', 'container.image.tags': ['1', '2'], ratio: 0.5 });
  const provider = new MeterProvider({
    resource,
    readers: [reader],
    views: [{ instrumentName: 'exponential', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } }],
  });
  const meter = provider.getMeter('test', '1');
  meter.createCounter('counter', { unit: 'By' }).add(7, { direction: 'receive' });
  meter.createUpDownCounter('updown').add(-2);
  meter.createGauge('gauge').record(0.25);
  meter.createHistogram('histogram').record(12);
  meter.createHistogram('exponential').record(3);
  const { resourceMetrics } = await reader.collect();
  await provider.shutdown();
  return {
    protobuf: ProtobufMetricsSerializer.serializeRequest(resourceMetrics)!,
    json: JsonMetricsSerializer.serializeRequest(resourceMetrics)!,
  };
}

describe('the OTLP metrics messages', () => {
  it("decodes the SDK's protobuf into what the SDK's JSON says", async () => {
    const { protobuf, json } = await sdkBodies();
    const decoded = decodeMetricsRequest(protobuf);
    expect(decoded).toEqual(parseMetricsRequestJson(new TextDecoder().decode(json)));
    const metrics = decoded.resourceMetrics?.[0]?.scopeMetrics?.[0]?.metrics ?? [];
    const named = (name: string) => metrics.find((metric) => metric.name === name);
    expect(metrics).toHaveLength(5);
    expect(named('updown')?.sum).toMatchObject({ aggregationTemporality: 2, dataPoints: [{ asDouble: -2 }] });
    expect(named('exponential')?.exponentialHistogram?.dataPoints?.[0]).toMatchObject({ count: '1', sum: 3 });
  });

  it('gives back what was encoded, with 64-bit integers as strings', () => {
    const request: OtlpMetricsRequest = {
      resourceMetrics: [
        {
          resource: { attributes: [{ key: 'container.id', value: { stringValue: 'é' } }] },
          scopeMetrics: [
            {
              metrics: [
                {
                  name: 'n',
                  sum: {
                    aggregationTemporality: 2,
                    isMonotonic: true,
                    dataPoints: [
                      { timeUnixNano: '1786000000123456789', asInt: '9007199254740993' },
                      { timeUnixNano: '18446744073709551615', asInt: '-1', flags: 1 },
                    ],
                  },
                },
              ],
            },
          ],
        },
      ],
    };
    expect(decodeMetricsRequest(encodeMetricsRequest(request))).toEqual(request);
  });

  it('writes a flag where opentelemetry-proto puts it', () => {
    const point = { flags: 1 };
    const body = encodeMetricsRequest({
      resourceMetrics: [{ scopeMetrics: [{ metrics: [{ gauge: { dataPoints: [point] } }] }] }],
    });
    // request.1 > resource.2 > scope.2 > gauge.5 > points.1 > flags.8 = 1
    expect([...body]).toEqual([0x0a, 10, 0x12, 8, 0x12, 6, 0x2a, 4, 0x0a, 2, 0x40, 1]);
  });

  it('joins bodies that are written one after the other, as the push path does', () => {
    const one = encodeMetricsRequest({ resourceMetrics: [{ schemaUrl: 'a' }] });
    const two = encodeMetricsRequest({ resourceMetrics: [{ schemaUrl: 'b' }] });
    const both = decodeMetricsRequest(Buffer.concat([one, two]));
    expect(both.resourceMetrics?.map((resource) => resource.schemaUrl)).toEqual(['a', 'b']);
  });

  it('reads what a Collector says of rejected points', () => {
    const response = { partialSuccess: { rejectedDataPoints: '3', errorMessage: 'too old' } };
    expect(decodeMetricsResponse(encodeMetricsResponse(response))).toEqual(response);
    expect(decodeMetricsResponse(new Uint8Array())).toEqual({});
  });

  it('says MalformedOtlp, and nothing else, of arbitrary bytes and JSON', () => {
    const attempt = (read: () => unknown): void => {
      try {
        read();
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedOtlp);
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => attempt(() => decodeMetricsRequest(bytes))));
    fc.assert(fc.property(fc.string(), (text) => attempt(() => parseMetricsRequestJson(text))));
    const nearly = fc.record({ resourceMetrics: fc.jsonValue() });
    fc.assert(fc.property(nearly, (value) => attempt(() => parseMetricsRequestJson(JSON.stringify(value)))));
    expect(() => parseMetricsRequestJson('[]')).toThrow(/cannot read the JSON as ExportMetricsServiceRequest/);
    expect(() => decodeMetricsRequest(Uint8Array.of(0x0a, 99))).toThrow(MalformedOtlp);
  });
});
