import { describe, expect, it } from 'vitest';
import { createContainerMeter } from '../../src/cycle/container-meter.ts';
import { createTemplates } from '../../src/cycle/templates.ts';
import { withCopiedAttributes } from '../../src/push/copied-attributes.ts';
import { ENCODINGS, type Protocol } from '../../src/push/encoding.ts';
import { ALL_OBSERVED } from '../fakes/all-metrics.ts';
import { usage } from '../fakes/usage.ts';

const NAME = 'container.name';

const createMeter = () =>
  createContainerMeter({
    attributes: { [NAME]: 'web', 'container.id': 'abc' },
    startedAtMs: 1_700_000_000_000,
    now: Date.now,
    version: '1',
    observer: ALL_OBSERVED,
  });

/** The names of the attributes of each point, with the name of its metric. */
function pointsOf(protocol: Protocol, body: Uint8Array) {
  const { resourceMetrics = [] } = ENCODINGS[protocol].parse(ENCODINGS[protocol].join([body]));
  const metrics = resourceMetrics.flatMap(({ scopeMetrics = [] }) =>
    scopeMetrics.flatMap((scope) => scope.metrics ?? []),
  );
  return metrics.flatMap(({ name, gauge, sum }) =>
    (gauge ?? sum)!.dataPoints!.map(({ attributes = [] }) => ({ name, keys: attributes.map(({ key }) => key) })),
  );
}

describe.each(['http/protobuf', 'http/json'] as const)('attributes of the Resource on points (%s)', (protocol) => {
  it('are on every point that is sent, and on every end, beside its own', async () => {
    const encoding = withCopiedAttributes(ENCODINGS[protocol], [NAME, 'not.there']);
    const meter = createMeter();
    const { metrics } = await meter.collect(usage());
    for (const body of [encoding.encode(metrics), encoding.encodeEnd((await meter.end())!)]) {
      const points = pointsOf(protocol, body);
      expect(points.length).toBeGreaterThan(20);
      expect(points.filter(({ keys }) => !keys.includes(NAME) || keys.includes('not.there'))).toEqual([]);
      expect(points.find(({ name }) => name === 'container.cpu.time')?.keys.toSorted()).toEqual([NAME, 'cpu.mode']);
    }
  });

  it('cost nothing where none are wanted', () => {
    expect(withCopiedAttributes(ENCODINGS[protocol], [])).toBe(ENCODINGS[protocol]);
  });
});

it('stay on points whose message is filled with new values', async () => {
  const encoding = withCopiedAttributes(ENCODINGS['http/protobuf'], [NAME]);
  const templates = createTemplates(encoding)!;
  const meter = createMeter();
  const { metrics } = await meter.collect(usage());
  templates.put('abc', encoding.encode(metrics), metrics);
  const observation = meter.observe(usage());
  expect(templates.fits('abc', observation)).toBe(true);
  const points = pointsOf('http/protobuf', templates.fill('abc', meter.note(usage()), observation).chunk);
  expect(points.filter(({ keys }) => !keys.includes(NAME))).toEqual([]);
});
