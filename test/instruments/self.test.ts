import { createOtlpHttpExporterMetrics } from '@opentelemetry/otlp-exporter-base/node-http';
import { MetricsExporterMetricsHelper } from '@opentelemetry/otlp-transformer';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import { registerSelfInstruments, type SelfReading } from '../../src/instruments/self.ts';
import { identifyExporter } from '../../src/push/exporter-identity.ts';
import { PullReader } from '../../src/push/pull-reader.ts';
import { pointsOf } from '../cycle/points-of.ts';
import { collectSample } from '../push/resource-metrics.ts';

const EXPORTER = identifyExporter('http/protobuf', 'http://there:4318/v1/metrics', 0);

/** Its type and its name. */
const NAMED = 'otlp_http_metric_exporter otlp_http_metric_exporter/0';

const reading: SelfReading = {
  containers: 3,
  processes: 14,
  cpuTimeFrom: { cgroup: 2, procfs: 1 },
  thinnedFamilies: 2,
  reads: [
    { source: 'proc.stat', total: 100, failures: { gone: 2, denied: 0, malformed: 0, failed: 0 } },
    { source: 'cgroup.cpu.stat', total: 50, failures: { gone: 0, denied: 0, malformed: 0, failed: 0 } },
  ],
  cpuUnattributedSeconds: 1.5,
  limits: [
    { limit: 'interfaces', reached: 2, seriesLeftOut: 30 },
    { limit: 'labels', reached: 1, seriesLeftOut: 0 },
  ],
  agent: { userSeconds: 3, systemSeconds: 0.5, residentBytes: 90_000_000 },
  discoveryGaps: 1,
  containersUnseen: 4,
  outboxes: [
    {
      destination: 'default',
      batches: 4,
      bytes: 4096,
      oldestAgeMs: 12_500,
      writeErrors: 6,
      dropped: { full: 1, expired: 0, rejected: 2 },
      droppedPoints: { full: 10, expired: 0, rejected: 20 },
    },
    {
      destination: 'backup',
      batches: 0,
      bytes: 0,
      oldestAgeMs: 0,
      writeErrors: 0,
      dropped: { full: 0 },
      droppedPoints: { full: 0 },
    },
  ],
  removed: [{ destination: 'former', batches: 9, points: 90 }],
  exporters: [
    {
      ...EXPORTER,
      acceptedPoints: 100,
      failedPoints: new Map([
        ['rejected', 3],
        ['404', 7],
      ]),
      inflightPoints: 5,
    },
    { ...EXPORTER, serverAddress: 'other', acceptedPoints: 50, failedPoints: new Map(), inflightPoints: 0 },
  ],
};

async function observe(record: (self: ReturnType<typeof registerSelfInstruments>) => void = () => undefined) {
  const reader = new PullReader();
  const meter = new MeterProvider({ readers: [reader] }).getMeter('test');
  record(registerSelfInstruments(meter, () => reading));
  return Object.fromEntries(pointsOf(await reader.pull()).map(({ series, value }) => [series, value]));
}

describe('metrics of the agent itself', () => {
  it('carry what it knows of itself', async () => {
    expect(await observe()).toEqual({
      'plimsoll.containers': 3,
      'plimsoll.processes': 14,
      'plimsoll.thinned': 2,
      'plimsoll.read.count proc.stat': 100,
      'plimsoll.read.count cgroup.cpu.stat': 50,
      'plimsoll.read.errors proc.stat gone': 2,
      'plimsoll.discovery.gaps': 1,
      'plimsoll.containers.unseen': 4,
      'plimsoll.outbox.batches default': 4,
      'plimsoll.outbox.batches backup': 0,
      'plimsoll.outbox.oldest.age default': 12.5,
      'plimsoll.outbox.oldest.age backup': 0,
      'plimsoll.outbox.write.errors default': 6,
      'plimsoll.outbox.write.errors backup': 0,
      'plimsoll.outbox.size default': 4096,
      'plimsoll.outbox.size backup': 0,
      'plimsoll.outbox.dropped default full': 1,
      'plimsoll.outbox.dropped default expired': 0,
      'plimsoll.outbox.dropped default rejected': 2,
      'plimsoll.outbox.dropped backup full': 0,
      'plimsoll.outbox.dropped former removed': 9,
      'plimsoll.outbox.data_point.dropped default full': 10,
      'plimsoll.outbox.data_point.dropped default expired': 0,
      'plimsoll.outbox.data_point.dropped default rejected': 20,
      'plimsoll.outbox.data_point.dropped backup full': 0,
      'plimsoll.outbox.data_point.dropped former removed': 90,
      [`otel.sdk.exporter.metric_data_point.exported ${NAMED} there 4318`]: 100,
      [`otel.sdk.exporter.metric_data_point.exported ${NAMED} there 4318 rejected`]: 3,
      [`otel.sdk.exporter.metric_data_point.exported ${NAMED} there 4318 404`]: 7,
      [`otel.sdk.exporter.metric_data_point.exported ${NAMED} other 4318`]: 50,
      [`otel.sdk.exporter.metric_data_point.inflight ${NAMED} there 4318`]: 5,
      [`otel.sdk.exporter.metric_data_point.inflight ${NAMED} other 4318`]: 0,
      'plimsoll.cpu.source cgroup': 2,
      'plimsoll.cpu.source procfs': 1,
      'plimsoll.cpu.unattributed': 1.5,
      'plimsoll.limit.reached interfaces': 2,
      'plimsoll.limit.reached labels': 1,
      'plimsoll.attribute.overflow interfaces': 30,
      'process.cpu.time user': 3,
      'process.cpu.time system': 0.5,
      'process.memory.usage': 90_000_000,
    });
  });

  it('carry how long the engine took to answer, and why it did not', async () => {
    const observed = await observe(({ recordEngineRequest }) => {
      recordEngineRequest({ urlTemplate: '/info', seconds: 0.02 });
      recordEngineRequest({ urlTemplate: '/info', seconds: 5, errorType: 'ETIMEDOUT' });
    });
    expect(observed['plimsoll.docker.request.duration /info']).toMatchObject({ count: 1, sum: 0.02 });
    expect(observed['plimsoll.docker.request.duration /info ETIMEDOUT']).toMatchObject({ count: 1, sum: 5 });
  });

  it('carry how long each attempt at sending took, and why it failed', async () => {
    const observed = await observe(({ recordExport }) => {
      recordExport(EXPORTER, { seconds: 0.2 });
      recordExport(EXPORTER, { seconds: 1, errorType: 'ECONNREFUSED' });
      recordExport(EXPORTER, { seconds: 2, errorType: '503', httpStatus: 503 });
    });
    const name = `otel.sdk.exporter.operation.duration ${NAMED} there 4318`;
    expect(observed[name]).toMatchObject({ count: 1, sum: 0.2 });
    expect(observed[`${name} ECONNREFUSED`]).toMatchObject({ count: 1, sum: 1 });
    expect(observed[`${name} 503 503`]).toMatchObject({ count: 1, sum: 2 });
  });

  it('carry what the SDK’s own exporter would, by the same names', async () => {
    const readers = [new PullReader(), new PullReader()] as const;
    const [ours, sdks] = readers.map((reader) => new MeterProvider({ readers: [reader] }));
    const url = 'http://there:4318/v1/metrics';
    createOtlpHttpExporterMetrics('otlp_http_metric_exporter', MetricsExporterMetricsHelper, url, sdks!).startExport(
      await collectSample({}),
    )(undefined);
    const { recordExport } = registerSelfInstruments(ours!.getMeter('test'), () => reading);
    recordExport(EXPORTER, { seconds: 0.2, httpStatus: 200 });
    const shape = async (reader: PullReader) =>
      Object.fromEntries(
        (await reader.pull()).scopeMetrics
          .flatMap(({ metrics }) => metrics)
          .filter(({ descriptor }) => descriptor.name.startsWith('otel.sdk.exporter.'))
          // Not by their unit: the conventions have {data_point}, the SDK {metric_data_point}.
          .map(({ descriptor, dataPoints, dataPointType }) => [
            descriptor.name,
            [dataPointType, Object.keys(dataPoints[0]!.attributes).sort()],
          ]),
      );
    const expected = await shape(readers[1]);
    expect(Object.keys(expected)).toHaveLength(3);
    expect(await shape(readers[0])).toEqual(expected);
  });

  it('carry how long each stage of a cycle took', async () => {
    const observed = await observe(({ recordStage }) => {
      recordStage('collect', 0.02);
      recordStage('collect', 0.04);
      recordStage('total', 0.5);
    });
    expect(observed['plimsoll.cycle.duration collect']).toMatchObject({ count: 2, sum: 0.06, max: 0.04 });
    expect(observed['plimsoll.cycle.duration total']).toMatchObject({ count: 1 });
  });
});
