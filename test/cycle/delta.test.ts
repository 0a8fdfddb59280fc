import { AggregationTemporality, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSentTotals, rememberSent, type SentTotals } from '../../src/accounting/sent-totals.ts';
import type { ContainerUsage } from '../../src/accounting/usage.ts';
import { createContainerMeter } from '../../src/cycle/container-meter.ts';
import { ALL_OBSERVED } from '../fakes/all-metrics.ts';
import { usage } from '../fakes/usage.ts';
import { pointsOf } from './points-of.ts';

const STARTED_MS = 1_700_000_000_000;
const SERIES = 'container.cpu.time user';

function createMeter(sent: SentTotals, now: () => number = Date.now) {
  const meter = createContainerMeter({
    attributes: {},
    startedAtMs: STARTED_MS,
    now,
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

const START: [number, number] = [1_700_000_000, 0];

/** A usage of which all is left out that a test does not speak of. */
const only = (more: Partial<ContainerUsage>): ContainerUsage => ({
  ...usage({ cpu: {}, memory: {}, memoryEvents: {}, disks: [], pressures: {}, interfaces: [] }),
  processes: undefined,
  ...more,
});

const eth = (name: string, receivedBytes: number, startMs?: number) => ({
  ...usage().interfaces[0]!,
  name,
  receivedBytes,
  startMs,
});

/** The values of one metric, by the values of its attributes. */
function valuesOf(metrics: ResourceMetrics, metric: string): Record<string, unknown> {
  const points = pointsOf(metrics).filter(({ series }) => series.split(' ')[0] === metric);
  return Object.fromEntries(points.map(({ series, value }) => [series.split(' ').slice(1).join(' '), value]));
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

describe('a total of which nothing is known to have been sent', () => {
  const disk = (readBytes: number, device = 'sda') => ({ device, readBytes });
  const collectWith = ({ meter }: ReturnType<typeof createMeter>, more: Partial<ContainerUsage>) =>
    meter.collect(only(more)).then(({ metrics }) => metrics);

  it('is where counting begins, also where it could not be read in the first cycle', async () => {
    const meter = createMeter(memory(true));
    await collectWith(meter, { cpu: { time: { userSeconds: 5, systemSeconds: 1 } } });
    const second = await collectWith(meter, { disks: [disk(1_000_000)], pressures: { cpu: { someSeconds: 500 } } });
    expect(valuesOf(second, 'container.disk.io')).toEqual({ 'sda read': 0 });
    expect(valuesOf(second, 'container.pressure.time')).toEqual({ 'cpu some': 0 });
    const third = await collectWith(meter, { disks: [disk(1_000_005)] });
    expect(valuesOf(third, 'container.disk.io')).toEqual({ 'sda read': 5 });
  });

  it('is so for each value that an attribute can have, of which one was not read', async () => {
    const meter = createMeter(memory(true));
    await collectWith(meter, { pressures: { io: { someSeconds: 500 } } });
    const second = await collectWith(meter, { pressures: { io: { someSeconds: 501 }, cpu: { someSeconds: 700 } } });
    expect(valuesOf(second, 'container.pressure.time')).toEqual({ 'io some': 1, 'cpu some': 0 });
  });

  it('is sent whole where it is of something new, beside what was measured before', async () => {
    const meter = createMeter(memory(true));
    await collectWith(meter, { interfaces: [eth('eth0', 5_000)], disks: [disk(7)] });
    const second = await collectWith(meter, {
      interfaces: [eth('eth0', 5_001), eth('eth1', 300)],
      disks: [disk(7), disk(40, 'sdb')],
    });
    const { 'eth0 receive': eth0, 'eth1 receive': eth1 } = valuesOf(second, 'container.network.io');
    expect([eth0, eth1]).toEqual([1, 300]);
    expect(valuesOf(second, 'container.disk.io')).toEqual({ 'sda read': 0, 'sdb read': 40 });
  });

  it('is where counting begins when a family comes to be measured by another meter, as at a reload', async () => {
    const sent = memory();
    const cpu = { time: { userSeconds: 5, systemSeconds: 1 } };
    await collectWith(createMeter(sent), { cpu });
    const after = await collectWith(createMeter(sent), { cpu, disks: [disk(1_000_000)] });
    expect(valuesOf(after, 'container.disk.io')).toEqual({ 'sda read': 0 });
    expect(valuesOf(after, 'container.cpu.time')).toEqual({ user: 0, system: 0 });
  });

  it('is so for an interface, too, that the other meter sees first, as the loopback at a reload', async () => {
    const sent = memory(true);
    await collectWith(createMeter(sent), { interfaces: [eth('eth0', 5_000)] });
    const after = await collectWith(createMeter(sent), { interfaces: [eth('eth0', 5_010), eth('lo', 900_000)] });
    expect(valuesOf(after, 'container.network.io')).toMatchObject({ 'eth0 receive': 10, 'lo receive': 0 });
  });

  it('is so where totals come to be split by executable', async () => {
    const sent = memory(true);
    const meter = createMeter(sent);
    const { processes } = usage();
    await collectWith(meter, { processes });
    const other = { ...processes!, name: 'other', cpuUserSeconds: 9_000 };
    const split = await collectWith(meter, { processes: { ...processes!, executables: [other] } });
    expect(valuesOf(split, 'container.process.cpu.time')).toEqual({ 'user other': 0, 'system other': 0 });
    const worker = { ...other, name: 'worker', cpuUserSeconds: 2, cpuSystemSeconds: 0 };
    const third = await collectWith(meter, { processes: { ...processes!, executables: [other, worker] } });
    expect(valuesOf(third, 'container.process.cpu.time')).toMatchObject({ 'user other': 0, 'user worker': 2 });
  });
});

describe('a total that does not go on from what was sent', () => {
  it('stands still where it is below that, and goes on when it is past it', async () => {
    const { cpu } = createMeter(memory());
    await cpu(50);
    const values = [];
    for (const total of [20, 49, 53]) values.push(point(await cpu(total)).value);
    expect(values).toEqual([0, 0, 3]);
  });

  it('does so over a restart, too', async () => {
    const sent = memory();
    await createMeter(sent).cpu(50);
    const { cpu } = createMeter(createSentTotals(JSON.parse(JSON.stringify(rememberSent(sent))), true));
    const values = [];
    for (const total of [20, 53]) values.push(point(await cpu(total)).value);
    expect(values).toEqual([0, 3]);
  });

  it('is sent whole from its own start where counting began anew since', async () => {
    let nowMs = STARTED_MS + 10_000;
    const { meter } = createMeter(memory(), () => nowMs);
    await meter.collect(only({ interfaces: [eth('eth0', 5_000)] }));
    const startMs = STARTED_MS + 15_000;
    const series = (metrics: ResourceMetrics) =>
      pointsOf(metrics).find(({ series: of }) => of === 'container.network.io eth0 receive')!;
    const differences = [];
    for (const bytes of [70, 75]) {
      nowMs += 10_000;
      const { metrics } = await meter.collect(only({ interfaces: [eth('eth0', bytes, startMs)] }));
      const { value, startTime } = series(metrics);
      differences.push([value, startTime]);
    }
    expect(differences).toEqual([
      [70, [START[0] + 15, 0]],
      [5, [START[0] + 20, 0]],
    ]);
  });

  it('is where counting begins where it comes to count from an earlier start', async () => {
    const { meter } = createMeter(memory());
    const ofProcesses = { time: { userSeconds: 10, systemSeconds: 0 }, isOfProcesses: true };
    await meter.collect(only({ cpu: ofProcesses, procfsStartMs: STARTED_MS + 1_000 }));
    const ofCgroup = only({ cpu: { time: { userSeconds: 5_000, systemSeconds: 0 } } });
    expect(point((await meter.collect(ofCgroup)).metrics).value).toBe(0);
  });
});

describe('totals of interfaces', () => {
  it('are forgotten with the names, after their last difference', async () => {
    const sent = memory();
    const { meter } = createMeter(sent);
    await meter.collect(only({ interfaces: [eth('eth0', 5), eth('eth1', 7)] }));
    const { ended } = await meter.collect(only({ interfaces: [eth('eth0', 5)], forgottenInterfaces: ['eth1'] }));
    expect(valuesOf(ended!, 'container.network.io')).toMatchObject({ 'eth1 receive': 0 });
    expect([...sent.totals.keys()].filter((key) => key.includes('eth1'))).toEqual([]);
    expect([...sent.totals.keys()].filter((key) => key.includes('eth0'))).toHaveLength(8);
  });
});
