import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createSentTotals } from '../../src/accounting/sent-totals.ts';
import type { ContainerUsage } from '../../src/accounting/usage.ts';
import {
  type ContainerMeter,
  type ContainerMeterOptions,
  createContainerMeter,
} from '../../src/cycle/container-meter.ts';
import { CONTAINER_METRICS } from '../../src/instruments/index.ts';
import { createObserver } from '../../src/instruments/observation.ts';
import { ALL_OBSERVED } from '../fakes/all-metrics.ts';
import { usage } from '../fakes/usage.ts';
import { pointsOf, seriesOf, valueIn } from './points-of.ts';

const STARTED_MS = 1_700_000_000_500;
const START = [1_700_000_000, 500_000_000];

const createMeter = (more: Partial<ContainerMeterOptions> = {}): ContainerMeter =>
  createContainerMeter({
    attributes: { 'container.id': 'abc' },
    startedAtMs: STARTED_MS,
    now: Date.now,
    version: '1.2.3',
    observer: ALL_OBSERVED,
    ...more,
  });

const collect = async (meter: ContainerMeter, observed: ContainerUsage = usage()) =>
  (await meter.collect(observed)).metrics;

const cpu = (userSeconds: number) => usage({ cpu: { time: { userSeconds, systemSeconds: 0 } } });
const withInterfaces = (...names: readonly string[]): ContainerUsage =>
  usage({ interfaces: names.map((name) => ({ ...usage().interfaces[0]!, name })) });
const nanos = ([seconds, rest]: readonly [number, number]): bigint => BigInt(seconds) * 1_000_000_000n + BigInt(rest);
const latestOf = (metrics: Parameters<typeof pointsOf>[0]): bigint =>
  pointsOf(metrics)
    .map(({ endTime }) => nanos(endTime))
    .toSorted()
    .at(-1)!;
const startsOf = (metrics: Parameters<typeof pointsOf>[0]) =>
  new Map(pointsOf(metrics).map(({ series, startTime }) => [series, startTime]));

describe('meter of one container', () => {
  it('carries the container’s Resource, the schema and its own version', async () => {
    const { resource, scopeMetrics } = await collect(createMeter());
    expect(resource.attributes).toEqual({ 'container.id': 'abc' });
    expect(resource.schemaUrl).toMatch(/schemas\/1\./);
    expect(scopeMetrics[0]?.scope).toMatchObject({ name: 'plimsoll', version: '1.2.3', schemaUrl: resource.schemaUrl });
  });

  it('says of all points that they count from the container’s start, up-down counters included', async () => {
    const starts = startsOf(await collect(createMeter()));
    for (const series of ['container.cpu.time user', 'container.process.cpu.time system', 'container.memory.usage'])
      expect(starts.get(series)).toEqual(START);
  });

  it('says of counters that began anew that they count from then on, and of no others', async () => {
    const anew = { procfsStartMs: 1_000, networkStartMs: 2_000 };
    const starts = startsOf(await collect(createMeter(), usage(anew)));
    const seconds = (of: string) => [...starts].find(([series]) => series.startsWith(of))?.[1][0];
    expect(seconds('container.process.cpu.time user')).toBe(1);
    expect(seconds('container.network.io')).toBe(2);
    expect(seconds('container.memory.usage')).toBe(START[0]);
  });

  it('gives totals as they are read, so that nothing depends on the agent’s own memory', async () => {
    const meter = createMeter();
    await collect(meter, cpu(5));
    expect(valueIn(await collect(meter, cpu(7)), 'container.cpu.time user')).toBe(7);
  });

  it.each(['totals', 'differences'])(
    'ends every series of the last collection a millisecond later (%s)',
    async (kind) => {
      const meter = createMeter(kind === 'differences' ? { sent: createSentTotals(undefined, false) } : {});
      await collect(meter);
      const last = await collect(meter);
      await sleep(20);
      const end = (await meter.end())!;
      expect(new Set(seriesOf(end))).toEqual(new Set(seriesOf(last)));
      for (const { endTime } of pointsOf(end)) expect(nanos(endTime)).toBe(latestOf(last) + 1_000_000n);
    },
  );

  it('gives the same start to the end as to what it ends', async () => {
    const meter = createMeter();
    await collect(meter);
    expect(startsOf((await meter.end())!).get('container.cpu.time user')).toEqual(START);
  });

  it('has nothing to end where nothing was collected', async () => {
    expect(await createMeter().end()).toBeUndefined();
  });

  it('answers no points for what the kernel does not say', async () => {
    const nothing = {
      cpu: {},
      memory: {},
      memoryEvents: {},
      tasks: {},
      disks: [],
      pressures: {},
      connections: undefined,
      interfaces: [],
      processes: undefined,
    };
    const series = seriesOf(await collect(createMeter(), usage(nothing)));
    expect(series.filter((each) => /cpu|memory|network|process|disk|pressure|task/.test(each))).toEqual([]);
    expect(series).toContain('container.uptime');
  });
});

describe('a series of a container that lives on', () => {
  it('ends just after its last value when it is not observed any more, and the others go on', async () => {
    const meter = createMeter();
    const before = await collect(meter, withInterfaces('eth0', 'eth1'));
    const { metrics, ended } = await meter.collect(withInterfaces('eth0'));
    expect(seriesOf(metrics).filter((series) => series.includes('eth1'))).toEqual([]);
    expect(seriesOf(metrics)).toContain('container.network.io eth0 receive');
    expect(new Set(seriesOf(ended!))).toEqual(new Set(seriesOf(before).filter((series) => series.includes('eth1'))));
    for (const { endTime } of pointsOf(ended!)) expect(nanos(endTime)).toBe(latestOf(before) + 1_000_000n);
    expect((await meter.collect(withInterfaces('eth0'))).ended).toBeUndefined();
  });

  it('has the start of its interface where that has its own, also when it ends', async () => {
    const eth1 = { ...usage().interfaces[0]!, name: 'eth1', startMs: STARTED_MS + 60_000 };
    const meter = createMeter();
    const starts = startsOf(await collect(meter, usage({ interfaces: [usage().interfaces[0]!, eth1] })));
    expect(starts.get('container.network.io eth0 receive')).toEqual(START);
    expect(starts.get('container.network.io eth1 receive')).toEqual([START[0]! + 60, START[1]]);
    const { ended } = await meter.collect(withInterfaces('eth0'));
    expect(startsOf(ended!).get('container.network.io eth1 receive')).toEqual([START[0]! + 60, START[1]]);
  });

  it('does not lead to an overflow, however many there were', async () => {
    const meter = createMeter({
      observer: createObserver(({ name }) => name === 'container.network.io', CONTAINER_METRICS),
    });
    for (let at = 0; at < 1200; at++) await meter.collect(withInterfaces(`eth${at}`, `veth${at}`));
    const { metrics } = await meter.collect(withInterfaces('last'));
    expect(seriesOf(metrics)).toEqual(['container.network.io last receive', 'container.network.io last transmit']);
  });
});

describe('the times of a series', () => {
  it('are those of the clock it is given', async () => {
    const { metrics } = await createMeter({ now: () => 1_700_000_009_250 }).collect(usage());
    for (const { endTime } of pointsOf(metrics)) expect(endTime).toEqual([1_700_000_009, 250_000_000]);
  });

  it.each([
    ['stands', 0],
    ['is set back by an hour', -3_600_000],
  ])('rise though the clock %s, ends of series in between included', async (_, stepMs) => {
    let now = 1_700_010_000_999;
    const meter = createMeter({ now: () => now });
    let latest = 0n;
    for (const names of [['eth0', 'eth1'], ['eth0'], ['eth0', 'eth1'], ['eth0', 'eth1']]) {
      const { metrics, ended } = await meter.collect(withInterfaces(...names));
      for (const { endTime } of ended ? pointsOf(ended) : []) expect(nanos(endTime)).toBeGreaterThan(latest);
      const latestEnd = ended ? latestOf(ended) : latest;
      for (const { endTime } of pointsOf(metrics)) expect(nanos(endTime)).toBeGreaterThan(latestEnd);
      latest = latestOf(metrics);
      now += stepMs;
    }
    for (const { endTime } of pointsOf((await meter.end())!)) expect(nanos(endTime)).toBeGreaterThan(latest);
  });
});
