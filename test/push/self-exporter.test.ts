import { ExportResultCode } from '@opentelemetry/core';
import {
  AggregationTemporality,
  InstrumentType,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import { decodeMetricsRequest } from '../../src/otlp/metrics-proto.ts';
import { ENCODINGS } from '../../src/push/encoding.ts';
import { createSelfExporter } from '../../src/push/self-exporter.ts';
import type { Temporality } from '../../src/push/temporality.ts';
import { collectSample } from './resource-metrics.ts';

const NOW_MS = 1_700_000_000_250;

/** `add` in the place of the containers' batcher; what it is given is a body already. */
function createExporter(temporality: Temporality = 'cumulative', fails?: Error) {
  const added: { body: Uint8Array; pointCount: number }[] = [];
  const batcher = {
    async add(body: Uint8Array, pointCount: number) {
      if (fails) throw fails;
      added.push({ body, pointCount });
    },
  };
  const encoding = ENCODINGS['http/protobuf'];
  return { exporter: createSelfExporter({ temporality, encoding, batcher, now: () => NOW_MS }), added };
}

describe('exporter of the agent’s own metrics', () => {
  it('adds each export to the batch of the containers before it calls back', async () => {
    const { exporter, added } = createExporter();
    const metrics = await collectSample({ name: 'agent' });
    const result = await new Promise((resolve) => exporter.export(metrics, resolve));
    expect(result).toEqual({ code: ExportResultCode.SUCCESS });
    expect(added).toHaveLength(1);
    expect(added[0]?.pointCount).toBe(8);
    expect(decodeMetricsRequest(added[0]!.body).resourceMetrics).toHaveLength(1);
  });

  it('dates the points by the clock that it is given, not by the wall clock', async () => {
    const { exporter, added } = createExporter();
    const metrics = await collectSample({});
    await new Promise((resolve) => exporter.export(metrics, resolve));
    const [resource] = decodeMetricsRequest(added[0]!.body).resourceMetrics!;
    const points = resource!.scopeMetrics!.flatMap((scope) =>
      scope.metrics!.flatMap((metric) => (metric.sum ?? metric.gauge)?.dataPoints ?? []),
    );
    expect(new Set(points.map(({ timeUnixNano }) => String(timeUnixNano)))).toEqual(new Set(['1700000000250000000']));
  });

  it('reports a failure to the SDK instead of throwing', async () => {
    const { exporter } = createExporter('cumulative', new Error('no room'));
    const metrics = await collectSample({});
    const result = await new Promise((resolve) => exporter.export(metrics, resolve));
    expect(result).toMatchObject({ code: ExportResultCode.FAILED, error: new Error('no room') });
  });

  it.each([
    ['cumulative', InstrumentType.OBSERVABLE_COUNTER, AggregationTemporality.CUMULATIVE],
    ['delta', InstrumentType.OBSERVABLE_COUNTER, AggregationTemporality.DELTA],
    ['delta', InstrumentType.OBSERVABLE_UP_DOWN_COUNTER, AggregationTemporality.CUMULATIVE],
    ['lowmemory', InstrumentType.HISTOGRAM, AggregationTemporality.DELTA],
    ['lowmemory', InstrumentType.OBSERVABLE_COUNTER, AggregationTemporality.CUMULATIVE],
  ] as const)('has the temporality preference %s for %s', (temporality, instrument, expected) => {
    expect(createExporter(temporality).exporter.selectAggregationTemporality?.(instrument)).toBe(expected);
  });

  it('gives the SDK’s periodic reader its last values at shutdown', async () => {
    const { exporter, added } = createExporter();
    const reader = new PeriodicExportingMetricReader({
      exporter,
      exportIntervalMillis: 3_600_000,
      exportTimeoutMillis: 1000,
    });
    const provider = new MeterProvider({ readers: [reader] });
    provider.getMeter('test').createCounter('cycles').add(3);
    await provider.shutdown();
    const metric = decodeMetricsRequest(added[0]!.body).resourceMetrics?.[0]?.scopeMetrics?.[0]?.metrics?.[0];
    expect(metric).toMatchObject({ name: 'cycles', sum: { dataPoints: [{ asDouble: 3 }] } });
  });
});
