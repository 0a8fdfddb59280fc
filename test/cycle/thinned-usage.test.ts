import { expect, it } from 'vitest';
import type { ContainerUsage } from '../../src/accounting/usage.ts';
import { withoutThinned } from '../../src/cycle/thinned-usage.ts';
import type { MetricFamily } from '../../src/instruments/definition.ts';
import { usage } from '../fakes/usage.ts';

const full = usage();
const executable = { name: 'app', ...full.processes! };
const split: ContainerUsage = { ...full, processes: { ...full.processes!, executables: [executable] } };
const without = (...families: readonly MetricFamily[]) => withoutThinned(split, new Set(families)).processes!;

it('tells no total of a family that is left out, neither of all processes nor of one executable', () => {
  expect(without('contextSwitches').contextSwitches).toBeUndefined();
  expect(without('contextSwitches').executables?.[0]?.contextSwitches).toBeUndefined();
  expect(without('processDisk').io).toBeUndefined();
});

it('leaves everything else', () => {
  const { contextSwitches, ...rest } = full.processes!;
  expect(contextSwitches).toBeDefined();
  expect(without('contextSwitches')).toMatchObject(rest);
  expect(without('contextSwitches').executables?.[0]).toMatchObject({ name: 'app', ...rest });
  expect(withoutThinned(split, new Set(['disk', 'pressure']))).toBe(split);
});
