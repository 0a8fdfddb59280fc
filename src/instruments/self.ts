import type { Meter } from '@opentelemetry/api';
import type { MetricDefinition } from './definition.ts';
import { METRICS } from './definitions.ts';
import { createDurationHistogram, createObservable } from './instrument.ts';
import { ATTR_REASON, ATTR_SOURCE, ATTR_STAGE } from './semconv.ts';

/** What the agent knows of itself when it is asked. */
export type SelfReading = {
  readonly containers: number;
  readonly processes: number;
  /** Kernel files read by source, with what went wrong by reason. */
  readonly reads: readonly { source: string; total: number; failures: Readonly<Record<string, number>> }[];
  readonly discoveryGaps: number;
  readonly outboxBatches: number;
  readonly outboxBytes: number;
  readonly dropped: Readonly<Record<string, number>>;
};

export type CycleStage = 'discover' | 'collect' | 'deliver' | 'total';

export type SelfInstruments = { recordStage(stage: CycleStage, seconds: number): void };

type Point = { value: number; attributes?: Record<string, string> };

const OBSERVED: readonly (readonly [MetricDefinition, (self: SelfReading) => Point[]])[] = [
  [METRICS.selfContainers, ({ containers }) => [{ value: containers }]],
  [METRICS.selfProcesses, ({ processes }) => [{ value: processes }]],
  [
    METRICS.readCount,
    ({ reads }) => reads.map(({ source, total }) => ({ value: total, attributes: { [ATTR_SOURCE]: source } })),
  ],
  [METRICS.readErrors, ({ reads }) => reads.flatMap(readErrors)],
  [METRICS.discoveryGaps, ({ discoveryGaps }) => [{ value: discoveryGaps }]],
  [METRICS.outboxBatches, ({ outboxBatches }) => [{ value: outboxBatches }]],
  [METRICS.outboxSize, ({ outboxBytes }) => [{ value: outboxBytes }]],
  [
    METRICS.outboxDropped,
    ({ dropped }) =>
      Object.entries(dropped).map(([reason, value]) => ({ value, attributes: { [ATTR_REASON]: reason } })),
  ],
];

export function registerSelfInstruments(meter: Meter, sample: () => SelfReading): SelfInstruments {
  for (const [metric, pointsOf] of OBSERVED) {
    createObservable(meter, metric).addCallback((result) => {
      for (const { value, attributes } of pointsOf(sample())) result.observe(value, attributes);
    });
  }
  const duration = createDurationHistogram(meter, METRICS.cycleDuration);
  return { recordStage: (stage, seconds) => duration.record(seconds, { [ATTR_STAGE]: stage }) };
}

/** A reason is reported from its first occurrence on, so that sources that never fail add no series. */
function readErrors({ source, failures }: SelfReading['reads'][number]): Point[] {
  return Object.entries(failures)
    .filter(([, value]) => value > 0)
    .map(([reason, value]) => ({ value, attributes: { [ATTR_SOURCE]: source, [ATTR_REASON]: reason } }));
}
