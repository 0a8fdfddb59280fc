import { afterEach, expect, it } from 'vitest';
import { describeWith } from '../parts.ts';
import { runSoak } from '../soak/soak.ts';
import { createReleasers } from './parts/releasers.ts';

const MINUTES = 2;
const SEED = 3;

describeWith(['linux', 'root', 'collector'], 'faults at random', () => {
  const releasers = createReleasers();
  afterEach(() => releasers.release());

  it(`violate nothing in ${MINUTES} minutes (npm run soak runs for longer)`, async () => {
    const lines: string[] = [];
    const report = await runSoak({ minutes: MINUTES, seed: SEED, releasers, onLine: (line) => lines.push(line) });
    expect(report.violations, lines.join('\n')).toEqual([]);
    expect(report.points).toBeGreaterThan(1_000);
    expect(report.faults.size).toBeGreaterThan(8);
  }, 300_000);
});
