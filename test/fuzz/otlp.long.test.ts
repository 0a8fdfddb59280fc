import { OTLP_TARGETS } from './otlp-targets.ts';
import { testTargets, VERY_MANY_RUNS } from './run.ts';

testTargets(OTLP_TARGETS, () => VERY_MANY_RUNS);
