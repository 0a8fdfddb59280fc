import { ENGINE_TARGETS } from './engine-targets.ts';
import { testTargets, VERY_MANY_RUNS } from './run.ts';

testTargets(ENGINE_TARGETS, () => VERY_MANY_RUNS);
