import { STATE_TARGETS } from './state-targets.ts';
import { testTargets, VERY_MANY_RUNS } from './run.ts';

testTargets(STATE_TARGETS, () => VERY_MANY_RUNS);
