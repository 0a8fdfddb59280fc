import { hostname } from 'node:os';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import type { CycleReport } from '../cycle/cycle.ts';
import { registerSelfInstruments, type SelfInstruments, type SelfReading } from '../instruments/self.ts';
import {
  ATTR_HOST_ID,
  ATTR_HOST_NAME,
  ATTR_SERVICE_INSTANCE_ID,
  ATTR_SERVICE_NAME,
  ATTR_SERVICE_VERSION,
  SCHEMA_URL,
} from '../instruments/semconv.ts';
import type { Batcher } from '../push/batcher.ts';
import { ENCODINGS } from '../push/encoding.ts';
import { createSelfExporter } from '../push/self-exporter.ts';
import { VERSION } from '../version.ts';
import type { Push } from './push.ts';
import type { BuildOptions, Sources } from './sources.ts';

const MICROSECONDS_PER_SECOND = 1e6;

function ownUsage(): SelfReading['agent'] {
  const { user, system } = process.cpuUsage();
  return {
    userSeconds: user / MICROSECONDS_PER_SECOND,
    systemSeconds: system / MICROSECONDS_PER_SECOND,
    residentBytes: process.memoryUsage.rss(),
  };
}

export type SelfParts = {
  readonly sources: Sources;
  readonly push: Push;
  readonly batcher: Batcher;
  readonly report: () => CycleReport;
  /** The agent's time. */
  readonly now: () => number;
};

export type Self = { readonly provider: MeterProvider; readonly instruments: SelfInstruments };

/** The agent's own metrics: the SDK's periodic reader in front of the push path of everything else. */
export function buildSelf({ config }: BuildOptions, parts: SelfParts): Self {
  const { sources, push, batcher, report, now } = parts;
  const encoding = ENCODINGS[config.push.protocol];
  const { intervalMs, selfIntervalMs } = config.collection;
  const reader = new PeriodicExportingMetricReader({
    exporter: createSelfExporter({ temporality: config.push.temporality, encoding, batcher, now }),
    exportIntervalMillis: Math.max(intervalMs, selfIntervalMs),
    exportTimeoutMillis: intervalMs,
  });
  const { host } = sources;
  const resource = resourceFromAttributes(
    {
      ...host,
      [ATTR_SERVICE_INSTANCE_ID]: host[ATTR_HOST_ID] ?? host[ATTR_HOST_NAME] ?? hostname(),
      ...config.resource.attributes,
      [ATTR_SERVICE_NAME]: config.resource.serviceName,
      [ATTR_SERVICE_VERSION]: VERSION,
    },
    { schemaUrl: SCHEMA_URL },
  );
  const provider = new MeterProvider({ resource, readers: [reader], sdkMetricsEnabled: true });
  const instruments = registerSelfInstruments(provider.getMeter('plimsoll', VERSION, { schemaUrl: SCHEMA_URL }), () => {
    const reads = [...sources.files.counts()].map(([source, { total, failures }]) => ({ source, total, failures }));
    return {
      ...report(),
      reads,
      thinnedFamilies: sources.thinning.thinned().size,
      limits: [...sources.limits.counts()].map(([limit, counts]) => ({ limit, ...counts })),
      agent: ownUsage(),
      discoveryGaps: sources.gaps(),
      containersUnseen: sources.unseen(),
      outboxes: [...push.outboxes()].map(([destination, state]) => ({ destination, ...state })),
      removed: [...push.removed()].map(([destination, counts]) => ({ destination, ...counts })),
      exporters: push.exporters(),
    };
  });
  return { provider, instruments };
}
