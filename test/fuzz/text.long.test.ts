import { TEXT_TARGETS } from './text-targets.ts';
import { testTargets, VERY_MANY_RUNS } from './run.ts';

testTargets(TEXT_TARGETS, () => VERY_MANY_RUNS);
