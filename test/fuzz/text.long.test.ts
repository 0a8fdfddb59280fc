import { testTargets, VERY_MANY_RUNS } from './run.ts';
import { TEXT_TARGETS } from './text-targets.ts';

testTargets(TEXT_TARGETS, () => VERY_MANY_RUNS);
