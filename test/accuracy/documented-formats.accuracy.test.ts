import { describe } from 'vitest';
import { describePhases } from './parts/suite.ts';
import type { World } from './parts/world.ts';
import { DOCUMENTED_FORMATS, DOCUMENTED_PHASES } from './tables.ts';

describe('accuracy on files in the documented formats', () => {
  // There is no engine and no container: the scenario makes all that it needs.
  describePhases(DOCUMENTED_FORMATS, DOCUMENTED_PHASES, () => ({}) as World);
});
