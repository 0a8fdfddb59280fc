import type { Attributes, Meter } from '@opentelemetry/api';
import type { EngineRequest } from '../sources/docker/client.ts';
import type { MetricDefinition } from './definition.ts';
import { METRICS } from './definitions.ts';
import { createDurationHistogram, createObservable } from './instrument.ts';
import {
  ATTR_CPU_MODE,
  ATTR_DESTINATION,
  ATTR_ERROR_TYPE,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_LIMIT,
  ATTR_OTEL_COMPONENT_NAME,
  ATTR_OTEL_COMPONENT_TYPE,
  ATTR_REASON,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_SOURCE,
  ATTR_STAGE,
  ATTR_URL_TEMPLATE,
} from './semconv.ts';

/** What the agent knows of itself when it is asked. */
export type SelfReading = {
  readonly containers: number;
  readonly processes: number;
  /** Containers by where their CPU time comes from. */
  readonly cpuTimeFrom: Readonly<Record<string, number>>;
  readonly thinnedFamilies: number;
  /** Kernel files read by source, with what went wrong by reason. */
  readonly reads: readonly { source: string; total: number; failures: Readonly<Record<string, number>> }[];
  /** Absent where it is known of no container. */
  readonly cpuUnattributedSeconds?: number | undefined;
  /** Limits that were reached, and how often. */
  readonly limits: readonly { limit: string; reached: number; seriesLeftOut: number }[];
  readonly agent: { readonly userSeconds: number; readonly systemSeconds: number; readonly residentBytes: number };
  readonly discoveryGaps: number;
  readonly containersUnseen: number;
  readonly outboxes: readonly OutboxReading[];
  /** What waited for destinations which are no longer configured. */
  readonly removed: readonly { destination: string; batches: number; points: number }[];
  readonly exporters: readonly ExporterReading[];
};

type OutboxReading = {
  readonly destination: string;
  readonly batches: number;
  readonly bytes: number;
  readonly oldestAgeMs: number;
  readonly writeErrors: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly droppedPoints: Readonly<Record<string, number>>;
};

/** What an exporter is called, by the semantic conventions of an SDK's own metrics. */
export type ExporterName = {
  readonly componentType: string;
  readonly componentName: string;
  readonly serverAddress: string;
  readonly serverPort: number;
};

export type ExporterReading = ExporterName & {
  readonly acceptedPoints: number;
  /** By error.type. */
  readonly failedPoints: ReadonlyMap<string, number>;
  readonly inflightPoints: number;
};

/** One attempt at sending; without an error it was a full success. */
export type ExportAttempt = {
  readonly seconds: number;
  readonly errorType?: string;
  readonly httpStatus?: number;
};

export type CycleStage = 'discover' | 'collect' | 'deliver' | 'total';

export type SelfInstruments = {
  recordStage(stage: CycleStage, seconds: number): void;
  recordEngineRequest(request: EngineRequest): void;
  recordExport(exporter: ExporterName, attempt: ExportAttempt): void;
};

type Point = { value: number; attributes?: Attributes };

const MS_PER_SECOND = 1000;

const OBSERVED: readonly (readonly [MetricDefinition, (self: SelfReading) => Point[]])[] = [
  [METRICS.selfContainers, ({ containers }) => [{ value: containers }]],
  [METRICS.selfProcesses, ({ processes }) => [{ value: processes }]],
  [METRICS.thinned, ({ thinnedFamilies }) => [{ value: thinnedFamilies }]],
  [
    METRICS.readCount,
    ({ reads }) => reads.map(({ source, total }) => ({ value: total, attributes: { [ATTR_SOURCE]: source } })),
  ],
  [METRICS.readErrors, ({ reads }) => reads.flatMap(readErrors)],
  [METRICS.containersUnseen, ({ containersUnseen }) => [{ value: containersUnseen }]],
  [METRICS.discoveryGaps, ({ discoveryGaps }) => [{ value: discoveryGaps }]],
  [
    METRICS.cpuSource,
    ({ cpuTimeFrom }) =>
      Object.entries(cpuTimeFrom).map(([source, value]) => ({ value, attributes: { [ATTR_SOURCE]: source } })),
  ],
  [METRICS.cpuUnattributed, ({ cpuUnattributedSeconds: value }) => (value === undefined ? [] : [{ value }])],
  [
    METRICS.limitReached,
    ({ limits }) => limits.map(({ limit, reached }) => ({ value: reached, attributes: { [ATTR_LIMIT]: limit } })),
  ],
  [
    METRICS.attributeOverflow,
    ({ limits }) =>
      limits
        .filter(({ seriesLeftOut }) => seriesLeftOut > 0)
        .map(({ limit, seriesLeftOut }) => ({ value: seriesLeftOut, attributes: { [ATTR_LIMIT]: limit } })),
  ],
  [
    METRICS.agentCpuTime,
    ({ agent }) => [
      { value: agent.userSeconds, attributes: { [ATTR_CPU_MODE]: 'user' } },
      { value: agent.systemSeconds, attributes: { [ATTR_CPU_MODE]: 'system' } },
    ],
  ],
  [METRICS.agentMemoryUsage, ({ agent }) => [{ value: agent.residentBytes }]],
  [METRICS.outboxBatches, byDestination(({ batches }) => batches)],
  [METRICS.outboxSize, byDestination(({ bytes }) => bytes)],
  [METRICS.outboxOldestAge, byDestination(({ oldestAgeMs }) => oldestAgeMs / MS_PER_SECOND)],
  [METRICS.outboxWriteErrors, byDestination(({ writeErrors }) => writeErrors)],
  [
    METRICS.outboxDropped,
    ({ outboxes, removed }) => [
      ...outboxes.flatMap(({ destination, dropped }) => byReason(destination, dropped)),
      ...removed.flatMap(({ destination, batches }) => byReason(destination, { removed: batches })),
    ],
  ],
  [
    METRICS.outboxDroppedPoints,
    ({ outboxes, removed }) => [
      ...outboxes.flatMap(({ destination, droppedPoints }) => byReason(destination, droppedPoints)),
      ...removed.flatMap(({ destination, points }) => byReason(destination, { removed: points })),
    ],
  ],
  [METRICS.exportedPoints, ({ exporters }) => exporters.flatMap(exportedPoints)],
  [
    METRICS.inflightPoints,
    ({ exporters }) => exporters.map((each) => ({ value: each.inflightPoints, attributes: attributesOf(each) })),
  ],
];

function byReason(destination: string, counts: Readonly<Record<string, number>>): Point[] {
  return Object.entries(counts).map(([reason, value]) => ({
    value,
    attributes: { [ATTR_DESTINATION]: destination, [ATTR_REASON]: reason },
  }));
}

function exportedPoints(exporter: ExporterReading): Point[] {
  const attributes = attributesOf(exporter);
  const failed = [...exporter.failedPoints].map(([errorType, value]) => ({
    value,
    attributes: { ...attributes, [ATTR_ERROR_TYPE]: errorType },
  }));
  return [{ value: exporter.acceptedPoints, attributes }, ...failed];
}

function attributesOf({ componentType, componentName, serverAddress, serverPort }: ExporterName): Attributes {
  return {
    [ATTR_OTEL_COMPONENT_TYPE]: componentType,
    [ATTR_OTEL_COMPONENT_NAME]: componentName,
    [ATTR_SERVER_ADDRESS]: serverAddress,
    [ATTR_SERVER_PORT]: serverPort,
  };
}

export function registerSelfInstruments(meter: Meter, sample: () => SelfReading): SelfInstruments {
  const observed = OBSERVED.map(([metric, pointsOf]) => ({ observable: createObservable(meter, metric), pointsOf }));
  // One callback for all: to look at the agent costs as much as to measure a container.
  meter.addBatchObservableCallback(
    (result) => {
      const self = sample();
      for (const { observable, pointsOf } of observed)
        for (const { value, attributes } of pointsOf(self)) result.observe(observable, value, attributes);
    },
    observed.map(({ observable }) => observable),
  );
  const duration = createDurationHistogram(meter, METRICS.cycleDuration);
  const exports = createDurationHistogram(meter, METRICS.exportDuration);
  const requests = createDurationHistogram(meter, METRICS.dockerRequestDuration);
  return {
    recordStage: (stage, seconds) => duration.record(seconds, { [ATTR_STAGE]: stage }),
    recordEngineRequest: ({ urlTemplate, seconds, errorType }) =>
      requests.record(seconds, {
        [ATTR_URL_TEMPLATE]: urlTemplate,
        ...(errorType !== undefined && { [ATTR_ERROR_TYPE]: errorType }),
      }),
    recordExport: (exporter, { seconds, errorType, httpStatus }) =>
      exports.record(seconds, {
        ...attributesOf(exporter),
        ...(errorType !== undefined && { [ATTR_ERROR_TYPE]: errorType }),
        ...(httpStatus !== undefined && { [ATTR_HTTP_RESPONSE_STATUS_CODE]: httpStatus }),
      }),
  };
}

function byDestination(read: (outbox: OutboxReading) => number): (self: SelfReading) => Point[] {
  return ({ outboxes }) =>
    outboxes.map((outbox) => ({ value: read(outbox), attributes: { [ATTR_DESTINATION]: outbox.destination } }));
}

/** A reason is reported from its first occurrence on, so that sources that never fail add no series. */
function readErrors({ source, failures }: SelfReading['reads'][number]): Point[] {
  return Object.entries(failures)
    .filter(([, value]) => value > 0)
    .map(([reason, value]) => ({ value, attributes: { [ATTR_SOURCE]: source, [ATTR_REASON]: reason } }));
}
