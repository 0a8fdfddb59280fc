import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ContainerUsage } from '../../src/accounting/usage.ts';
import { createContainerMeter } from '../../src/cycle/container-meter.ts';
import { createTemplates } from '../../src/cycle/templates.ts';
import { decodeMetricsRequest } from '../../src/otlp/metrics-proto.ts';
import { ENCODINGS } from '../../src/push/encoding.ts';
import { ALL_OBSERVED } from '../fakes/all-metrics.ts';
import { container } from '../fakes/containers.ts';
import { usage } from '../fakes/usage.ts';

const ENCODING = ENCODINGS['http/protobuf'];
const ID = 'abc';

/** The agent's way to a message: by the template where that fits. */
function createSaying() {
  let now = 1_700_000_000_000;
  const createMeter = () =>
    createContainerMeter({
      attributes: { a: 'b' },
      startedAtMs: 1,
      version: '1',
      observer: ALL_OBSERVED,
      now: () => now,
    });
  const meter = createMeter();
  const templates = createTemplates(ENCODING)!;

  return {
    async say(said: ContainerUsage) {
      now += 10_000;
      const observation = meter.observe(said);
      if (meter.continues(said) && templates.fits(ID, observation))
        return { way: 'filled', chunk: Buffer.from(templates.fill(ID, meter.note(said), observation).chunk), ended: 0 };
      const { metrics, ended } = await meter.collect(said);
      const chunk = ENCODING.encode(metrics);
      templates.put(ID, chunk, metrics);
      return { way: 'encoded', chunk: Buffer.from(chunk), ended: countSeries(ended) };
    },
    /** The same by a meter that never saw another usage. */
    anew: async (said: ContainerUsage) => Buffer.from(ENCODING.encode((await createMeter().collect(said)).metrics)),
    end: meter.end,
  };
}

const countSeries = (metrics: Awaited<ReturnType<ReturnType<typeof createContainerMeter>['end']>>): number =>
  (metrics?.scopeMetrics ?? []).flatMap((scope) => scope.metrics).flatMap((each) => each.dataPoints as unknown[])
    .length;

/** The SDK has series first that it has known for longer. */
function inOrder(chunk: Buffer) {
  const [{ resource, scopeMetrics } = {}] = decodeMetricsRequest(chunk).resourceMetrics ?? [];
  const metrics = scopeMetrics!
    .flatMap((scope) => scope.metrics!)
    .map(({ gauge, sum, ...metric }) => {
      const { dataPoints, ...rest } = (gauge ?? sum)!;
      return { ...metric, ...rest, points: dataPoints!.map((point) => JSON.stringify(point)).sort() };
    });
  return { resource, metrics };
}

const withInterfaces = (...names: readonly string[]): ContainerUsage =>
  usage({ interfaces: names.map((name) => ({ ...usage().interfaces[0]!, name })) });

const someBytes = fc.maxSafeNat();
const someSeconds = fc.double({ min: 0, max: 1e12, noNaN: true });
const someUsage = fc
  .record({
    names: fc.subarray(['eth0', 'eth1', 'wlan0']),
    bytes: someBytes,
    userSeconds: someSeconds,
    cpus: fc.option(someSeconds, { nil: undefined }),
    uptimeSeconds: someSeconds,
    state: fc.constantFrom('running' as const, 'paused' as const),
    exitCode: fc.option(fc.integer({ min: -5, max: 255 }), { nil: undefined }),
    networkStartMs: fc.option(fc.constantFrom(5_000, 6_000), { nil: undefined }),
    isOfProcesses: fc.constantFrom(undefined, false, true),
  })
  .map(({ names, bytes, userSeconds, cpus, uptimeSeconds, state, exitCode, networkStartMs, isOfProcesses }) =>
    usage({
      container: container('web', { state, ...(exitCode !== undefined && { exitCode }) }),
      interfaces: names.map((name) => ({ ...usage().interfaces[0]!, name, receivedBytes: bytes })),
      memory: { usageBytes: bytes },
      cpu: { time: { userSeconds, systemSeconds: 1 }, userCpus: cpus, isOfProcesses },
      uptimeSeconds,
      networkStartMs,
    }),
  );

describe('a message that is filled', () => {
  it('says what a meter says that never saw another usage', async () => {
    const ways = { filled: 0, encoded: 0 };
    const property = fc.asyncProperty(fc.array(fc.tuple(someUsage, fc.nat(4)), { maxLength: 6 }), async (steps) => {
      const { say, anew } = createSaying();
      for (const [said, times] of steps) {
        for (let time = 0; time <= times; time++) {
          const { chunk, way } = await say({ ...said, uptimeSeconds: time });
          ways[way as keyof typeof ways] += 1;
          const expected = await anew({ ...said, uptimeSeconds: time });
          expect(chunk.length).toBe(expected.length);
          // What the SDK sums up itself loses a last bit of fractions; filled values are as they were read.
          if (way === 'filled') expect(inOrder(chunk)).toEqual(inOrder(expected));
        }
      }
    });
    await fc.assert(property, { numRuns: 60 });
    expect(Math.min(ways.filled, ways.encoded)).toBeGreaterThan(50);
  });

  it('is encoded again where a series comes, and where one goes, which ends', async () => {
    const { say } = createSaying();
    const steps = [
      withInterfaces('eth0'),
      withInterfaces('eth0'),
      withInterfaces('eth0', 'eth1'),
      withInterfaces('eth0', 'eth1'),
      withInterfaces('eth1'),
      withInterfaces('eth1'),
      withInterfaces('eth2'),
    ];
    const said = [];
    for (const step of steps) {
      const { way, ended } = await say(step);
      said.push([way, ended]);
    }
    const gone = 8;
    expect(said).toEqual([
      ['encoded', 0],
      ['filled', 0],
      ['encoded', 0],
      ['filled', 0],
      ['encoded', gone],
      ['filled', 0],
      ['encoded', gone],
    ]);
  });

  it('is ended with all its series, also long after the SDK was last asked', async () => {
    const { say, end } = createSaying();
    for (let cycle = 0; cycle < 10; cycle++) await say(withInterfaces('eth0', 'eth1'));
    const { ended } = await say(withInterfaces('eth1'));
    expect(ended).toBe(8);
    for (let cycle = 0; cycle < 10; cycle++) await say(withInterfaces('eth1'));
    expect(countSeries(await end())).toBe(countSeries((await createEnd(withInterfaces('eth1')))!));
  });

  it('is encoded again where a counter begins anew', async () => {
    const { say } = createSaying();
    const ways = [];
    for (const networkStartMs of [undefined, undefined, 5_000, 5_000, 6_000])
      ways.push((await say(usage({ networkStartMs }))).way);
    expect(ways).toEqual(['encoded', 'filled', 'encoded', 'filled', 'encoded']);
  });

  it('is encoded where a value has no place in it', async () => {
    const { say } = createSaying();
    const ways = [];
    for (const usageBytes of [5, 6, 2 ** 60, 7]) ways.push((await say(usage({ memory: { usageBytes } }))).way);
    expect(ways).toEqual(['encoded', 'filled', 'encoded', 'filled']);
  });
});

async function createEnd(said: ContainerUsage) {
  const { say, end } = createSaying();
  await say(said);
  return end();
}

it('is nothing where the encoding has none', () => {
  expect(createTemplates(ENCODINGS['http/json'])).toBeUndefined();
});
