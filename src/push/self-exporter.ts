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
  /** Of the containers: whoever finishes it sends what is exported here along. */
  readonly batcher: Pick<Batcher, 'add'>;
  /** Dates the points, Unix time in milliseconds. */
  readonly now: () => number;
};

/**
 * Exporter of the agent's own metrics: the SDK's, with the push path of everything else behind it. They wait for the next
 * batch of containers, for a request of their own would cost as much as ten containers do.
 */
export function createSelfExporter({ temporality, encoding, batcher, now }: SelfExporterOptions): PushMetricExporter {
  const delegate: IOtlpExportDelegate<ResourceMetrics> = {
    export(metrics, done) {
      deliver(metrics).then(done, (error: Error) => done({ code: ExportResultCode.FAILED, error }));
    },
    async forceFlush() {
      // The batch is finished by its owner, and waiting for the receiver is the delivery's task.
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
    return { code: ExportResultCode.SUCCESS };
  }

  return new OTLPMetricExporterBase(delegate, { temporalityPreference: TEMPORALITY_PREFERENCES[temporality] });
}
