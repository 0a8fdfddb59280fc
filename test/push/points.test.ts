import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import { countPoints, isLater, setEndTime, setStartTimes, toHrTime, withoutSeriesOf } from '../../src/push/points.ts';
import { collectSample } from './resource-metrics.ts';

const metricsOf = ({ scopeMetrics }: ResourceMetrics) => scopeMetrics.flatMap(({ metrics }) => metrics);
const startsOf = (metrics: ResourceMetrics, name: string) =>
  metricsOf(metrics)
    .filter(({ descriptor }) => descriptor.name === name)
    .flatMap(({ dataPoints }) => dataPoints.map(({ startTime }) => startTime));

describe('points', () => {
  it('are counted over all metrics', async () => {
    expect(countPoints(await collectSample({}))).toBe(8);
  });

  it('get the start that their metric is given, up-down counters and histograms included', async () => {
    const metrics = await collectSample({});
    setStartTimes(metrics, (name) => (name === 'counter' ? 5000 : 1_700_000_000_123.5));
    expect(startsOf(metrics, 'counter')).toEqual([
      [5, 0],
      [5, 0],
    ]);
    const start = [1_700_000_000, 123_500_000];
    for (const name of ['level', 'duration']) expect(startsOf(metrics, name)).toEqual([start, start]);
  });

  it('can be had without the series that others have', async () => {
    const all = await collectSample({});
    const left = withoutSeriesOf(all, all);
    expect(countPoints(left)).toBe(0);
    expect(left.scopeMetrics.flatMap(({ metrics }) => metrics)).toEqual([]);
    expect(countPoints(withoutSeriesOf(all, { ...all, scopeMetrics: [] }))).toBe(8);
  });

  it('get the end they are given', async () => {
    const metrics = await collectSample({});
    setEndTime(metrics, [5, 7]);
    const ends = metricsOf(metrics).flatMap(({ dataPoints }) => dataPoints.map(({ endTime }) => endTime));
    expect(new Set(ends)).toEqual(new Set([[5, 7]]));
  });

  it.each([
    [[5, 8], [5, 7], true],
    [[5, 7], [5, 7], false],
    [[6, 0], [5, 999_999_999], true],
    [[5, 999_999_999], [6, 0], false],
  ] as const)('compares %j with %j', ([...a], [...b], expected) => {
    expect(isLater(a, b)).toBe(expected);
  });

  it.each([
    [0, [0, 0]],
    [1500, [1, 500_000_000]],
    [1_700_000_000_999, [1_700_000_000, 999_000_000]],
    [1_700_000_000_999.999_8, [1_700_000_000, 999_999_755]],
  ])('turn %d ms into seconds and nanoseconds', (ms, time) => {
    expect(toHrTime(ms)).toEqual(time);
  });
});
