import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { OTLPMetricExporterBase } from '@opentelemetry/exporter-metrics-otlp-http';
import type { IOtlpExportDelegate } from '@opentelemetry/otlp-exporter-base';
import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Batcher } from './batcher.ts';
import type { Encoding } from './encoding.ts';
import { countPoints, setEndTime, toHrTime } from './points.ts';
import { TEMPORALITY_PREFERENCES, type Temporality } from './temporality.ts';

export type SelfExporterOptions = {
  readonly temporality: Temporality;
  readonly encoding: Encoding;
  readonly batcher: Batcher;
  /** Dates the points, Unix time in milliseconds. */
  readonly now: () => number;
};

/** Exporter of the agent's own metrics: the SDK's, with the push path of everything else behind it. */
export function createSelfExporter({ temporality, encoding, batcher, now }: SelfExporterOptions): PushMetricExporter {
  const delegate: IOtlpExportDelegate<ResourceMetrics> = {
    export(metrics, done) {
      deliver(metrics).then(done, (error: Error) => done({ code: ExportResultCode.FAILED, error }));
    },
    async forceFlush() {
      // What was exported is in the outbox already; waiting for the receiver is the delivery's task.
    },
    async shutdown() {
      // The push path is closed by its owner.
    },
    setMetrics() {
      // The push path counts for all that it sends, and under the same names: docs/adr/0018.
    },
  };

  async function deliver(metrics: ResourceMetrics): Promise<ExportResult> {
    setEndTime(metrics, toHrTime(now()));
    await batcher.add(encoding.encode(metrics), countPoints(metrics));
    await batcher.finish();
    return { code: ExportResultCode.SUCCESS };
  }

  return new OTLPMetricExporterBase(delegate, { temporalityPreference: TEMPORALITY_PREFERENCES[temporality] });
}
