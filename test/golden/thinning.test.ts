import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { METRIC_FAMILIES, type MetricFamily, THINNING_ORDER } from '../../src/instruments/definition.ts';
import { METRIC_DEFINITIONS } from '../../src/instruments/definitions.ts';
import {
  NO_RECORDED_VALUE,
  type OtlpMetricsRequest,
  type OtlpNumberDataPoint,
} from '../../src/otlp/metrics-request.ts';
import { createLogLines } from '../fakes/log-lines.ts';
import { type FixtureHost, openFixtureHost } from './fixture-host.ts';
import { attributeOf, metricOf, pointsOfMetric } from './request.ts';

/*
 * Whole cycles of a captured host, of which collecting takes as long as the test says.
 */

const INTERVAL_MS = 10_000;
const LONG_MS = 2_000;
const ORDER: readonly MetricFamily[] = THINNING_ORDER;
/** Long cycles until the next family goes, and short ones until one comes back. */
const UNTIL_GONE = 5;
const UNTIL_BACK = 34;
const ALL_ON = Object.fromEntries(Object.keys(METRIC_FAMILIES).map((family) => [`metrics.${family}.enabled`, true]));

/** Hundreds of cycles. */
const LONG_TEST = { timeout: 60_000 };

let host: FixtureHost;
let logged: () => Record<string, unknown>[];
afterEach(() => host.close());

async function open(settings: Readonly<Record<string, unknown>> = {}) {
  const { log, lines } = createLogLines();
  logged = () => lines.filter((line) => 'thinned' in line).map(({ msg, thinned }) => ({ msg, thinned }));
  const all = { ...ALL_ON, 'metrics.executables.enabled': false, ...settings };
  host = await openFixtureHost('v2-docker', 'http/protobuf', { settings: all, log });
  addCounters();
  let nowMs = Date.parse('2026-11-23T00:10:00.000Z');
  return async (cycles: number, collectMs: number): Promise<OtlpMetricsRequest[]> => {
    const requests: OtlpMetricsRequest[] = [];
    for (let cycle = 0; cycle < cycles; cycle++) {
      nowMs += INTERVAL_MS;
      requests.push((await host.cycle(nowMs, collectMs))!);
    }
    return requests;
  };
}

/** What the captured tree does not have of its processes, and whose totals the accounts remember. */
function addCounters(writtenBytes = 8192): void {
  for (const pid of readdirSync(join(host.root, 'proc')).filter((name) => /^\d+$/.test(name))) {
    const process = join(host.root, 'proc', pid);
    mkdirSync(join(process, 'task', pid), { recursive: true });
    writeFileSync(
      join(process, 'task', pid, 'status'),
      'voluntary_ctxt_switches:\t7\nnonvoluntary_ctxt_switches:\t3\n',
    );
    writeFileSync(join(process, 'io'), `read_bytes: 4096\nwrite_bytes: ${writtenBytes}\n`);
  }
}

type Points = ReturnType<typeof toPoint>[];

/** All points of a family's metrics of the container `shop`. */
function pointsOf(request: OtlpMetricsRequest, family: MetricFamily): Points {
  const names = METRIC_DEFINITIONS.filter((metric) => metric.family === family).map(({ name }) => name);
  // A series that ends is in a Resource of its own, after the values.
  const all = (request.resourceMetrics ?? []).filter((each) => attributeOf(each, 'container.name') === 'shop');
  return all.flatMap((each) =>
    names.flatMap((name) => {
      const metric = metricOf(each, name);
      return metric ? pointsOfMetric(metric).map(toPoint) : [];
    }),
  );
}

const toPoint = (point: OtlpNumberDataPoint) => ({
  value: Number(point.asInt ?? point.asDouble),
  start: point.startTimeUnixNano,
  ended: point.flags === NO_RECORDED_VALUE,
});

const values = (request: OtlpMetricsRequest, family: MetricFamily): Points =>
  pointsOf(request, family).filter(({ ended }) => !ended);

/** Those of the order of which this host has values at all. */
const present = (request: OtlpMetricsRequest): readonly MetricFamily[] =>
  ORDER.filter((family) => values(request, family).length > 0);

const texts = (points: Points): string[] => points.map((point) => JSON.stringify(point)).sort();

it('leaves families out one after the other, and goes on with the same series', LONG_TEST, async () => {
  const run = await open();
  const [, first] = await run(2, LONG_MS);
  const before = present(first!);
  expect(before).toEqual(expect.arrayContaining(['contextSwitches', 'processDisk', 'pressure', 'disk', 'network']));

  await run(UNTIL_GONE * ORDER.length - 2, LONG_MS);
  const [thin] = await run(1, 0);
  expect(present(thin!)).toEqual([]);
  for (const family of ['processes', 'cpu', 'memory', 'memoryEvents', 'tasks', 'life'] as const)
    expect(values(thin!, family).length, family).toBe(values(first!, family).length);

  const later = (await run(UNTIL_BACK * ORDER.length, 0)).at(-1)!;
  expect(present(later)).toEqual(before);
  for (const family of before) expect(texts(values(later, family)), family).toEqual(texts(values(first!, family)));
});

it('ends the series of a family in the first cycle without it', async () => {
  const run = await open();
  const long = await run(UNTIL_GONE * ORDER.length + 1, LONG_MS);
  for (const family of present(long[0]!)) {
    const at = UNTIL_GONE * (ORDER.indexOf(family) + 1);
    const [last, without, next] = [pointsOf(long[at - 1]!, family), pointsOf(long[at]!, family), long[at + 1]];
    expect(new Set(last.map(({ ended }) => ended)), family).toEqual(new Set([false]));
    expect(new Set(without.map(({ ended }) => ended)), family).toEqual(new Set([true]));
    expect(without.length, family).toBe(last.length);
    if (next) expect(pointsOf(next, family), family).toEqual([]);
  }
});

it('says each change in one line', async () => {
  const run = await open();
  await run(2 * UNTIL_GONE, LONG_MS);
  await run(UNTIL_BACK, 0);
  const leftOut = 'reading takes over a tenth of the interval: families of metrics are left out';
  expect(logged()).toEqual([
    { msg: leftOut, thinned: ['pss'] },
    { msg: leftOut, thinned: ['pss', 'contextSwitches'] },
    { msg: 'reading has become shorter: a family of metrics is read again', thinned: ['pss'] },
  ]);
});

it('sends what was counted meanwhile in the first difference, where counters go out as differences', async () => {
  const others = ORDER.filter((family) => family !== 'processDisk');
  const off = Object.fromEntries(others.map((family) => [`metrics.${family}.enabled`, false]));
  const run = await open({ 'push.temporality': 'delta', ...off });
  await run(UNTIL_GONE + 1, LONG_MS);
  addCounters(10_000);
  const later = await run(UNTIL_BACK, 0);
  const differences = later.flatMap((request) => values(request, 'processDisk').map(({ value }) => value));
  // Of two processes.
  expect(differences.filter((value) => value !== 0)).toEqual([2 * (10_000 - 8192)]);
});

it('is switched off by collection.thinning.enabled', async () => {
  const run = await open({ 'collection.thinning.enabled': false });
  const requests = await run(20, LONG_MS);
  expect(present(requests.at(-1)!)).toEqual(present(requests[0]!));
});
