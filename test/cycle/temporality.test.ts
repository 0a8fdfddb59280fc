import { describe, expect, it, onTestFinished } from 'vitest';
import { buildSelf } from '../../src/build/self.ts';
import { emptyReport } from '../../src/cycle/cycle.ts';
import { createLogger } from '../../src/log.ts';
import { decodeMetricsRequest } from '../../src/otlp/metrics-proto.ts';
import {
  type OtlpMetric,
  type OtlpMetricsRequest,
  TEMPORALITY_CUMULATIVE,
  TEMPORALITY_DELTA,
} from '../../src/otlp/metrics-request.ts';
import type { Batch } from '../../src/push/batch.ts';
import { createBatcher } from '../../src/push/batcher.ts';
import { ENCODINGS } from '../../src/push/encoding.ts';
import type { Temporality } from '../../src/push/temporality.ts';
import { load } from '../config/load-fixture.ts';
import { inspectDocument } from '../fakes/docker-documents.ts';
import { createFakeDockerEngine } from '../fakes/docker-engine.ts';
import { metricsOf, resourceOf } from '../golden/request.ts';
import { cgroupOf, containerFiles, lines } from '../regression/made-host.ts';
import { createTree } from '../sources/tree.ts';
import { createWholeCycle } from '../whole-cycle.ts';

/*
 * What goes out with each temporality, from the host's files to the request. By OpenTelemetry's specification of its OTLP
 * exporter `lowmemory` is delta for synchronous counters and histograms, and cumulative for all that is observed: every
 * counter of a container, and all that the agent says of itself but its histograms.
 */

const FIRST_MS = 1_800_000_000_000;
const INTERVAL_MS = 10_000;
const cpuStat = (userSeconds: number) =>
  lines([`usage_usec ${userSeconds}000000`, `user_usec ${userSeconds}000000`, 'system_usec 0']);

/** An agent that has the host's only container to measure, and two cycles of it. */
async function twoCycles(temporality: Temporality) {
  const settings = { 'push.temporality': temporality };
  const tree = createTree(containerFiles('a1', { 4242: {} }, { 'cpu.stat': cpuStat(50) }));
  const engine = await createFakeDockerEngine();
  onTestFinished(engine.close);
  engine.addOld(inspectDocument({ id: 'a1', name: 'web' }));
  const whole = await createWholeCycle({
    root: tree.root,
    engine: engine.host,
    protocol: 'http/protobuf',
    settings,
    recordStage: (stage, seconds) => self.instruments.recordStage(stage, seconds),
  });
  onTestFinished(whole.sources.discovery.close);

  const batches: Batch[] = [];
  const batcher = createBatcher({
    encoding: ENCODINGS['http/protobuf'],
    compression: 'none',
    maxRequestBytes: 1_000_000,
    deliver: (batch) => batches.push(batch),
  });
  const flags = Object.entries(settings).map(([key, value]) => ({ key, value, origin: 'the test' }));
  const self = buildSelf(
    { config: load({ flags }).config, log: createLogger({ level: 'silent', format: 'json' }) },
    {
      sources: whole.sources,
      push: {
        deliver: async () => undefined,
        outboxes: () => new Map(),
        removed: () => new Map(),
        exporters: () => [],
        start: async () => undefined,
        stop: async () => undefined,
      },
      batcher,
      report: () => ({ ...emptyReport(), containers: 1, processes: 1 }),
      now: () => FIRST_MS,
    },
  );
  onTestFinished(() => self.provider.shutdown());

  const cycle = async (at: number) => {
    tree.write({ [`${cgroupOf('a1')}/cpu.stat`]: cpuStat(50 + at) });
    const ofContainers = (await whole.run(FIRST_MS + at * INTERVAL_MS))!;
    await self.provider.forceFlush();
    await batcher.finish();
    const ofSelf = decodeMetricsRequest(batches.at(-1)!.body);
    return { web: metricsOf(resourceOf(ofContainers, 'web')), self: allMetrics(ofSelf) };
  };
  return [await cycle(0), await cycle(1)] as const;
}

const allMetrics = ({ resourceMetrics = [] }: OtlpMetricsRequest): OtlpMetric[] =>
  resourceMetrics.flatMap(({ scopeMetrics = [] }) => scopeMetrics.flatMap(({ metrics = [] }) => metrics));

/** The temporalities of the sums of which some rise only, or of those that may fall. */
function temporalitiesOf(metrics: readonly OtlpMetric[], isMonotonic: boolean): (number | undefined)[] {
  const sums = metrics.flatMap(({ sum }) => (sum && Boolean(sum.isMonotonic) === isMonotonic ? [sum] : []));
  return [...new Set(sums.map(({ aggregationTemporality }) => aggregationTemporality))];
}

const userSeconds = (metrics: readonly OtlpMetric[]) =>
  metrics
    .find(({ name }) => name === 'container.cpu.time')
    ?.sum?.dataPoints?.find(({ attributes }) => attributes?.[0]?.value?.stringValue === 'user')?.asDouble;

const cyclesCounted = (metrics: readonly OtlpMetric[]) =>
  Number(
    metrics
      .find(({ name }) => name === 'plimsoll.cycle.duration')
      ?.histogram?.dataPoints?.find(({ attributes }) => attributes?.[0]?.value?.stringValue === 'total')?.count,
  );

const CUMULATIVE = [TEMPORALITY_CUMULATIVE];
const DELTA = [TEMPORALITY_DELTA];

describe.each([
  { temporality: 'cumulative', counters: CUMULATIVE, ofSelf: CUMULATIVE, histograms: CUMULATIVE },
  { temporality: 'delta', counters: DELTA, ofSelf: DELTA, histograms: DELTA },
  { temporality: 'lowmemory', counters: CUMULATIVE, ofSelf: CUMULATIVE, histograms: DELTA },
] as const)('with temporality $temporality', ({ temporality, counters, ofSelf, histograms }) => {
  it('counters, other sums and histograms are sent as the specification says', async () => {
    for (const { web, self } of await twoCycles(temporality)) {
      expect(temporalitiesOf(web, true)).toEqual(counters);
      expect(temporalitiesOf(web, false)).toEqual(CUMULATIVE);
      expect(temporalitiesOf(self, true)).toEqual(ofSelf);
      expect(temporalitiesOf(self, false)).toEqual(CUMULATIVE);
      expect(self.flatMap(({ histogram }) => histogram?.aggregationTemporality ?? [])).toContain(histograms[0]);
    }
  });

  it('their values are so, too', async () => {
    const cycles = await twoCycles(temporality);
    expect(cycles.map(({ web }) => userSeconds(web))).toEqual(counters === DELTA ? [0, 1] : [50, 51]);
    expect(cycles.map(({ self }) => cyclesCounted(self))).toEqual(histograms === DELTA ? [1, 1] : [1, 2]);
  });
});
