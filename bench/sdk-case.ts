import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Attributes, ObservableGauge } from '@opentelemetry/api';
import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { MeterProvider, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { PullReader } from '../src/push/pull-reader.ts';

/*
 * A reduced case of what the SDK does with observable instruments, for its maintainers: docs/opentelemetry-js.md.
 *
 *   node bench/sdk-case.ts
 */

const INSTRUMENTS = 25;
const SETS = 4;
const WARM_ROUNDS = 2_000;
const ROUNDS = 4_000;
const GENERATIONS = 100;
const PAUSES = 20;
const SERIALIZATIONS = 200;
const PAUSE_MS = 50;
const NS_PER_US = 1000;

function createMeter() {
  const reader = new PullReader();
  return { reader, meter: new MeterProvider({ readers: [reader] }).getMeter('case') };
}

/** CPU time of the whole process, garbage collection included: other programs on the machine do not count. */
function cpuNs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

const valuesOf = ({ scopeMetrics }: ResourceMetrics): unknown[] =>
  scopeMetrics.flatMap(({ metrics }) => metrics.flatMap(({ dataPoints }) => dataPoints.map(({ value }) => value)));

const attributesOf = (keys: number, set: number): Attributes =>
  Object.fromEntries(Array.from({ length: keys }, (_, key) => [`attribute.${key}`, `value ${set}`]));

/** What the SDK makes of a set of attributes at each observation. */
function hash(attributes: Attributes): string {
  return JSON.stringify(
    Object.keys(attributes)
      .sort()
      .map((key) => [key, attributes[key]]),
  );
}

/** Nanoseconds of an observation, collecting included, where the same objects are observed each time. */
async function nsOfObservation(keys: number): Promise<number> {
  const { reader, meter } = createMeter();
  const sets = Array.from({ length: SETS }, (_, set) => attributesOf(keys, set));
  const gauges: ObservableGauge[] = [];
  for (let at = 0; at < INSTRUMENTS; at++) gauges.push(meter.createObservableGauge(`gauge.${at}`));
  meter.addBatchObservableCallback((result) => {
    for (const gauge of gauges) for (const set of sets) result.observe(gauge, 1, set);
  }, gauges);
  const pull = async (rounds: number): Promise<number> => {
    const before = cpuNs();
    for (let round = 0; round < rounds; round++) await reader.pull();
    return cpuNs() - before;
  };
  await pull(WARM_ROUNDS);
  return (await pull(ROUNDS)) / (ROUNDS * INSTRUMENTS * SETS);
}

function nsOfHash(keys: number): number {
  const sets = Array.from({ length: SETS }, (_, set) => attributesOf(keys, set));
  const run = (rounds: number): number => {
    const before = cpuNs();
    let length = 0;
    for (let round = 0; round < rounds; round++) for (const set of sets) length += hash(set).length;
    if (length === 0) throw new Error('BUG: nothing was hashed');
    return cpuNs() - before;
  };
  run(WARM_ROUNDS * INSTRUMENTS);
  return run(ROUNDS * INSTRUMENTS) / (ROUNDS * INSTRUMENTS * SETS);
}

/** How often the keys of one and the same object are listed. */
async function hashesOfObservation(): Promise<number> {
  const { reader, meter } = createMeter();
  let listed = 0;
  const attributes = new Proxy<Attributes>(
    { a: 'b' },
    {
      ownKeys(target) {
        listed += 1;
        return Reflect.ownKeys(target);
      },
    },
  );
  meter.createObservableGauge('gauge').addCallback((result) => result.observe(1, attributes));
  for (let round = 0; round < 10; round++) await reader.pull();
  return listed / 10;
}

/** Sets that are exported when each was observed once and only the last one is there. */
async function setsAfterGenerations(): Promise<number> {
  const { reader, meter } = createMeter();
  let generation = 0;
  meter.createObservableCounter('counter').addCallback((result) => result.observe(1, { id: generation }));
  for (; generation < GENERATIONS - 1; generation++) await reader.pull();
  return valuesOf(await reader.pull()).length;
}

/** What is exported of these totals, one observed after the other. */
async function exportedOf(totals: readonly number[]): Promise<unknown[]> {
  const { reader, meter } = createMeter();
  let total = 0;
  meter.createObservableUpDownCounter('total').addCallback((result) => result.observe(total));
  const exported: unknown[] = [];
  for (total of totals) exported.push(...valuesOf(await reader.pull()));
  return exported;
}

/** Microseconds of a serialization of a hundred points. The pauses are no part of it, the collections in them neither. */
async function usOfSerialization(inPauses: () => void): Promise<number> {
  const { reader, meter } = createMeter();
  for (let at = 0; at < INSTRUMENTS; at++)
    meter.createObservableGauge(`gauge.${at}`).addCallback((result) => {
      for (let set = 0; set < SETS; set++) result.observe(set + 0.5, { set });
    });
  const metrics = await reader.pull();
  const run = (count: number): void => {
    for (let at = 0; at < count; at++) ProtobufMetricsSerializer.serializeRequest(metrics);
  };
  run(SERIALIZATIONS * PAUSES);
  let ns = 0;
  for (let pause = 0; pause < PAUSES; pause++) {
    inPauses();
    await sleep(PAUSE_MS);
    const before = cpuNs();
    run(SERIALIZATIONS);
    // What V8 compiles for it beside it is a part of it.
    await sleep(PAUSE_MS);
    ns += cpuNs() - before;
  }
  return ns / (PAUSES * SERIALIZATIONS * NS_PER_US);
}

function collectGarbage(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}

/** An object of each class that the serializer makes one of for every message. The package does not export them. */
async function createWriters(): Promise<unknown[]> {
  const folder = new URL('common/protobuf/', import.meta.resolve('@opentelemetry/otlp-transformer'));
  const { ProtobufWriter } = await import(new URL('protobuf-writer.mjs', folder).href);
  const { ProtobufSizeEstimator } = await import(new URL('protobuf-size-estimator.mjs', folder).href);
  return [new ProtobufWriter(1), new ProtobufSizeEstimator()];
}

const lines = ['keys in the set | CPU ns of an observation | of which hashing once', '---:|---:|---:'];
for (const keys of [1, 2, 4]) {
  lines.push(`${keys} | ${(await nsOfObservation(keys)).toFixed(0)} | ${nsOfHash(keys).toFixed(0)}`);
}
const cases = [
  [1e16, 0.1],
  [0.011949, 0.028053, 0.124456],
];
lines.push('', `hashed at each observation of the same object: ${await hashesOfObservation()} times`);
lines.push(`sets exported after ${GENERATIONS} generations of one set: ${await setsAfterGenerations()}`);
for (const totals of cases)
  lines.push(`observed ${totals.join(', ')}; exported ${(await exportedOf(totals)).join(', ')}`);
const undisturbed = await usOfSerialization(() => undefined);
const collected = await usOfSerialization(collectGarbage());
const writers = await createWriters();
const held = await usOfSerialization(collectGarbage());
lines.push(
  `serialized in ${undisturbed.toFixed(0)} µs; with a full collection before each ${SERIALIZATIONS}: ${collected.toFixed(0)} µs`,
  `the same while ${writers.length} objects of the serializer's classes are held: ${held.toFixed(0)} µs`,
);
process.stdout.write(`${lines.join('\n')}\n`);
