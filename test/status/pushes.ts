import type { OtlpKeyValue, OtlpMetric, OtlpMetricsRequest } from '../../src/otlp/metrics-request.ts';

/** A container as a test tells it; `metrics` maps a name to one value, or to a value per attribute value. */
export type Push = {
  readonly resource: Readonly<Record<string, string>>;
  readonly timeMs: number;
  readonly metrics: Readonly<Record<string, number | Readonly<Record<string, number>>>>;
  readonly ended?: boolean;
  readonly delta?: { readonly startMs: number };
};

const ATTRIBUTE_OF: Readonly<Record<string, string>> = {
  'container.status': 'container.status',
  'container.cpu.time': 'cpu.mode',
  'container.cpu.usage': 'cpu.mode',
  'container.network.io': 'network.io.direction',
  'container.process.count': 'process.state',
};
const GAUGES = new Set(['container.cpu.usage', 'container.uptime']);

export function container(name: string, more: Partial<Push> = {}): Push {
  return {
    resource: { 'container.id': `id-${name}`, 'container.name': name },
    timeMs: 0,
    metrics: { 'container.memory.usage': 1 },
    ...more,
  };
}

export function requestOf(...pushes: readonly Push[]): OtlpMetricsRequest {
  return {
    resourceMetrics: pushes.map((push) => ({
      resource: { attributes: keyValues(push.resource) },
      scopeMetrics: [{ metrics: Object.entries(push.metrics).map(([name, values]) => metric(name, values, push)) }],
    })),
  };
}

function metric(name: string, values: number | Readonly<Record<string, number>>, push: Push): OtlpMetric {
  const byAttribute = typeof values === 'number' ? [['', values] as const] : Object.entries(values);
  const dataPoints = byAttribute.map(([attribute, asDouble]) => ({
    ...(attribute !== '' && { attributes: attributesOf(name, attribute) }),
    startTimeUnixNano: nanos(push.delta?.startMs ?? 1),
    timeUnixNano: nanos(push.timeMs),
    ...(push.ended ? { flags: 1 } : { asDouble }),
  }));
  return GAUGES.has(name)
    ? { name, gauge: { dataPoints } }
    : { name, sum: { dataPoints, aggregationTemporality: push.delta ? 1 : 2 } };
}

/** `eth0 receive` is an interface and a direction. */
function attributesOf(name: string, text: string): readonly OtlpKeyValue[] {
  const [last, networkInterface] = text.split(' ').toReversed();
  return keyValues({
    [ATTRIBUTE_OF[name] ?? 'attribute']: last ?? '',
    ...(networkInterface !== undefined && { 'network.interface.name': networkInterface }),
  });
}

function keyValues(texts: Readonly<Record<string, string>>): readonly OtlpKeyValue[] {
  return Object.entries(texts).map(([key, stringValue]) => ({ key, value: { stringValue } }));
}

function nanos(timeMs: number): string {
  return String(BigInt(timeMs) * 1_000_000n);
}
