import { testTargets, VERY_MANY_RUNS } from './run.ts';
import { STATE_TARGETS } from './state-targets.ts';

testTargets(STATE_TARGETS, () => VERY_MANY_RUNS);
