import { afterAll, beforeAll, expect, it } from 'vitest';
import { createReleasers } from '../e2e/parts/releasers.ts';
import { describeWith } from '../parts.ts';
import { runGuest } from './guest/boot.ts';
import type { GuestResult } from './guest/result.ts';
import { describePhases } from './parts/suite.ts';
import { GUEST_ENGINE, GUEST_PHASES } from './tables.ts';

const PARTS = ['linux', 'root', 'userModeLinux', 'dockerd', 'docker', 'busybox', 'gcc'] as const;

describeWith(PARTS, 'accuracy on a cgroup v2 with every controller', () => {
  const releasers = createReleasers();
  let result: GuestResult;

  beforeAll(async () => {
    result = await runGuest(releasers);
  });
  afterAll(() => releasers.release());

  describePhases({
    engine: GUEST_ENGINE,
    phases: GUEST_PHASES,
    kernel: () => result.kernel,
    async run({ name }) {
      const measured = result.scenarios[name]!;
      if ('failure' in measured) throw new Error(`in the guest: ${measured.failure}`);
      return measured.outcomes;
    },
  });

  it('let no counter of any container fall', () => {
    expect(result.falls).toEqual([]);
  });
});
