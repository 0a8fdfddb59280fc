import { KERNEL_TARGETS } from './kernel-targets.ts';
import { testTargets, VERY_MANY_RUNS } from './run.ts';

testTargets(KERNEL_TARGETS, () => VERY_MANY_RUNS);
