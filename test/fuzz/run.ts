import { expect, it } from 'vitest';
import { describe as describeFinding, fuzz } from './fuzz.ts';
import type { FuzzTarget } from './target.ts';

const SEED = 20261124;
const TIMEOUT_MS = 1_800_000;

/** For the long run, whose files stand side by side so that all processors have something to do. */
export const VERY_MANY_RUNS = 1_000_000;

/** PLIMSOLL_FUZZ_SEED, PLIMSOLL_FUZZ_RUNS and PLIMSOLL_FUZZ_FIRST choose other inputs, and a finding once more. */
const numberOf = (name: string): number | undefined => {
  const text = process.env[name];
  return text === undefined || text === '' ? undefined : Number(text);
};

export function testTargets(targets: readonly FuzzTarget[], runsOf: (target: FuzzTarget) => number): void {
  const seed = numberOf('PLIMSOLL_FUZZ_SEED') ?? SEED;
  const first = numberOf('PLIMSOLL_FUZZ_FIRST') ?? 0;
  it.each(targets.map((target) => [target.covers[0], target] as const))(
    `%s survives damaged input (seed ${seed})`,
    async (_, target) => {
      const runs = numberOf('PLIMSOLL_FUZZ_RUNS') ?? runsOf(target);
      const finding = await fuzz(target, { seed, runs, first });
      expect(finding && describeFinding(target, seed, finding)).toBeUndefined();
    },
    TIMEOUT_MS,
  );
}
