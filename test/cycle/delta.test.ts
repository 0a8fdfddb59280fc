import { AggregationTemporality, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSentTotals, type SentTotals } from '../../src/accounting/sent-totals.ts';
import { createContainerMeter } from '../../src/cycle/container-meter.ts';
import { ALL_OBSERVED } from '../fakes/all-metrics.ts';
import { usage } from '../fakes/usage.ts';
import { pointsOf } from './points-of.ts';

const STARTED_MS = 1_700_000_000_000;
const SERIES = 'container.cpu.time user';

function createMeter(sent: SentTotals) {
  const meter = createContainerMeter({
    attributes: {},
    startedAtMs: STARTED_MS,
    now: Date.now,
    version: '1',
    observer: ALL_OBSERVED,
    sent,
  });
  const cpu = async (userSeconds: number) => {
    const { metrics } = await meter.collect(usage({ cpu: { time: { userSeconds, systemSeconds: 0 } } }));
    return metrics;
  };
  return { meter, cpu };
}

const point = (metrics: ResourceMetrics) => pointsOf(metrics).find(({ series }) => series === SERIES)!;
const memory = (unknownPast = false): SentTotals => createSentTotals(undefined, unknownPast);

function temporalitiesOf({ scopeMetrics }: ResourceMetrics): ReadonlyMap<string, AggregationTemporality> {
  const metrics = scopeMetrics.flatMap((scope) => scope.metrics);
  return new Map(metrics.map(({ descriptor, aggregationTemporality }) => [descriptor.name, aggregationTemporality]));
}

describe('differences', () => {
  it('begin with the whole total where the container was known from its start', async () => {
    const first = point(await createMeter(memory()).cpu(5));
    expect(first).toMatchObject({ value: 5, startTime: [1_700_000_000, 0] });
  });

  it('begin with nothing where it started before the agent', async () => {
    const { cpu } = createMeter(memory(true));
    const first = point(await cpu(5));
    expect(first).toMatchObject({ value: 0, startTime: first.endTime });
    expect(point(await cpu(7.5))).toMatchObject({ value: 2.5, startTime: first.endTime });
  });

  it('add up to the total, whichever providers come and go', async () => {
    const property = fc.asyncProperty(fc.array(fc.nat(1000), { minLength: 1 }), fc.nat(5), async (steps, every) => {
      const deltas = memory();
      let { cpu } = createMeter(deltas);
      let [total, sum] = [0, 0];
      for (const [at, step] of steps.entries()) {
        if (at % (every + 1) === every) cpu = createMeter(deltas).cpu;
        total += step;
        sum += Number(point(await cpu(total)).value);
      }
      expect(sum).toBe(total);
    });
    await fc.assert(property, { numRuns: 20 });
  });

  it('are of counters only, levels stay as they are', async () => {
    const temporalities = temporalitiesOf(await createMeter(memory()).cpu(5));
    expect(temporalities.get('container.cpu.time')).toBe(AggregationTemporality.DELTA);
    expect(temporalities.get('container.memory.usage')).toBe(AggregationTemporality.CUMULATIVE);
  });

  it('end as differences, so that what ends is the series that was sent', async () => {
    const { meter, cpu } = createMeter(memory());
    const live = temporalitiesOf(await cpu(5));
    const { metrics, ended } = await meter.collect(usage({ cpu: {}, interfaces: [] }));
    expect(temporalitiesOf(ended!).get('container.network.io')).toBe(live.get('container.network.io'));
    expect(temporalitiesOf(ended!).get('container.cpu.time')).toBe(live.get('container.cpu.time'));
    expect(temporalitiesOf((await meter.end())!)).toEqual(temporalitiesOf(metrics));
  });
});
