import { expect, it } from 'vitest';
import { METRIC_FAMILIES, type MetricFamily } from '../../src/instruments/definition.ts';
import { METRIC_DEFINITIONS, METRICS } from '../../src/instruments/definitions.ts';
import { createMetricSelection, type MetricSelectionOptions } from '../../src/instruments/metric-selection.ts';

const NAMES = Object.keys(METRIC_FAMILIES) as MetricFamily[];
const families = (isOn: (family: MetricFamily) => boolean) =>
  Object.fromEntries(NAMES.map((name) => [name, isOn(name)])) as Record<MetricFamily, boolean>;

const select = (options: Partial<MetricSelectionOptions>) =>
  createMetricSelection({
    families: families((name) => METRIC_FAMILIES[name].enabledByDefault),
    isIncluded: () => false,
    isExcluded: () => false,
    ...options,
  });

it('has on by default what the catalogue calls on', () => {
  const { isEnabled } = select({});
  for (const metric of METRIC_DEFINITIONS) expect(isEnabled(metric), metric.name).toBe(metric.enabledByDefault);
});

it('reads only the families of which a metric is on', () => {
  expect(select({}).families).toEqual(new Set(NAMES.filter((name) => METRIC_FAMILIES[name].enabledByDefault)));
  expect([...select({ families: families((name) => name === 'disk') }).families]).toEqual(['disk']);
});

it('switches one metric on whose family is off, and has its family read', () => {
  const none = families(() => false);
  const { isEnabled, families: read } = select({ families: none, isIncluded: (name) => name === METRICS.diskIo.name });
  expect([isEnabled(METRICS.diskIo), isEnabled(METRICS.diskOperations)]).toEqual([true, false]);
  expect([...read]).toEqual(['disk']);
});

it('lets an exclusion beat everything, and has a family unread of which nothing is left', () => {
  const { isEnabled, families: read } = select({
    isIncluded: () => true,
    isExcluded: (name) => name.startsWith('container.disk.'),
  });
  expect(isEnabled(METRICS.diskIo)).toBe(false);
  expect(read.has('disk')).toBe(false);
  expect(read.has('memoryPeak')).toBe(true);
});

it('has every family read where all are on', () => {
  expect([...select({ families: families(() => true) }).families].sort()).toEqual([...NAMES].sort());
});
