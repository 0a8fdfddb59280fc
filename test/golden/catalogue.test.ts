import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { METRIC_DEFINITIONS } from '../../src/instruments/definitions.ts';
import { CONTAINER_METRICS } from '../../src/instruments/index.ts';
import { POD_METRICS } from '../../src/instruments/pod.ts';
import type { OtlpMetric, OtlpMetricsRequest } from '../../src/otlp/metrics-request.ts';
import { metricsOf, pointsOfMetric } from './request.ts';

/** The naming lint: what the table of metrics says, and that the goldens show it. */

/** https://opentelemetry.io/docs/specs/semconv/general/naming: lower case, dots between namespaces, words_like_this. */
const NAME = /^[a-z][a-z0-9]*(_[a-z0-9]+)*(\.[a-z][a-z0-9]*(_[a-z0-9]+)*)+$/;
/** Attributes of the agent's own metrics may be one word. */
const ATTRIBUTE = /^[a-z][a-z0-9]*(_[a-z0-9]+)*(\.[a-z][a-z0-9]*(_[a-z0-9]+)*)*$/;
/** UCUM as OpenTelemetry writes it: a unit, or what is counted in braces and in the singular. */
const UNIT = /^(s|By|1|\{[a-z]+(_[a-z]+)*\})$/;

const requests = ['v1-docker', 'v2-docker'].map((name) => {
  const text = readFileSync(new URL(`${name}.golden.json`, import.meta.url), 'utf8');
  return JSON.parse(text) as OtlpMetricsRequest;
});
const shown = requests.flatMap(({ resourceMetrics = [] }) => resourceMetrics).flatMap(metricsOf);

function shownAs(name: string): OtlpMetric[] {
  return shown.filter((metric) => metric.name === name);
}

describe.each(METRIC_DEFINITIONS.map((metric) => [metric.name, metric] as const))('%s', (name, metric) => {
  it('has a name like those of the semantic conventions', () => {
    expect(name).toMatch(NAME);
    expect(name).toMatch(/^(container|k8s|otel|plimsoll|process)\./);
    // https://opentelemetry.io/docs/specs/semconv/general/metrics: no `total` (Prometheus adds it), no unit in the name.
    expect(name).not.toMatch(/(\.|_)(total|bytes|seconds)$/);
  });

  it('has a unit, and that of what it counts in braces', () => {
    expect(metric.unit).toMatch(UNIT);
    expect(metric.unit).not.toMatch(/(?<!s)s\}$/);
  });

  it('has a description that is a sentence, and says where its value comes from', () => {
    expect(metric.description).toMatch(/^[A-Z0-9].{10,}\.$/);
    expect(metric.source).not.toBe('');
  });

  it('has attributes with names like those of the semantic conventions, each once', () => {
    const names = metric.attributes.map((attribute) => attribute.name);
    expect(new Set(names).size).toBe(names.length);
    for (const attribute of names) expect(attribute).toMatch(ATTRIBUTE);
    if (name.startsWith('container.')) for (const attribute of names) expect(attribute).toContain('.');
  });
});

it('names no metric twice', () => {
  const names = METRIC_DEFINITIONS.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

const OBSERVED = CONTAINER_METRICS.filter(({ metric }) => metric.enabledByDefault).map(({ metric }) => metric);

describe.each(OBSERVED.map((metric) => [metric.name, metric] as const))('the goldens show %s', (name, metric) => {
  it('with its unit, kind and type', () => {
    const examples = shownAs(name);
    expect(examples.length).toBeGreaterThan(0);
    for (const { unit, description, sum, gauge } of examples) {
      expect({ unit, description }).toEqual({ unit: metric.unit, description: metric.description });
      expect(gauge !== undefined).toBe(metric.kind === 'gauge');
      if (sum) expect(sum.isMonotonic ?? false).toBe(metric.kind === 'counter');
    }
    const fields = examples.flatMap(pointsOfMetric).map((point) => ('asInt' in point ? 'int' : 'double'));
    expect(new Set(fields)).toEqual(new Set([metric.valueType]));
  });

  it('with exactly the attributes that it declares, and none but their values', () => {
    const namesOf = (some: typeof metric.attributes) => some.map((attribute) => attribute.name);
    const always = namesOf(metric.attributes.filter(({ only }) => only === undefined));
    for (const { attributes = [] } of shownAs(name).flatMap(pointsOfMetric)) {
      const keys = attributes.map(({ key }) => key);
      expect(keys).toEqual(expect.arrayContaining(always));
      expect(namesOf(metric.attributes)).toEqual(expect.arrayContaining(keys));
      for (const { key, value } of attributes) {
        const values = metric.attributes.find((attribute) => attribute.name === key)?.values;
        if (values) expect(values).toContain(value?.stringValue);
      }
    }
  });
});

it('shows nothing in the goldens that the table does not have', () => {
  const declared = OBSERVED.map(({ name }) => name);
  expect(shown.map(({ name = '' }) => name).filter((name) => !declared.includes(name))).toEqual([]);
});

it('observes every metric of a container or a pod', () => {
  const observed = new Set([...CONTAINER_METRICS, ...POD_METRICS].map(({ metric }) => metric.name));
  const declared = METRIC_DEFINITIONS.map(({ name }) => name).filter((name) => /^(container|k8s)\./.test(name));
  expect(declared.filter((name) => !observed.has(name))).toEqual([]);
});
