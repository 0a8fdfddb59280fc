import { expect, it } from 'vitest';
import { simulatePhases } from '../../../bench/fleet/phases.ts';

it('spreads the pushes of 10,000 agents: no second has over one and a half times the mean', async () => {
  const options = { agents: 10_000, intervalMs: 10_000, cycles: 8, firstJitterMs: 1_000 };
  const { peakOverMean, firstSecondOverMean } = await simulatePhases(options);
  expect(peakOverMean).toBeGreaterThan(1);
  expect(peakOverMean).toBeLessThanOrEqual(1.5);
  // What docs/fleet.md says of agents that are all started in the same moment.
  expect(firstSecondOverMean).toBeGreaterThan(9);
  expect(firstSecondOverMean).toBeLessThan(12);
});
