import { testTargets } from './run.ts';
import { FUZZ_TARGETS } from './targets.ts';

const RUNS = 2_000;
/** Of the slower ones. */
const FEW_RUNS = 500;

testTargets(FUZZ_TARGETS, ({ isSlow = false }) => (isSlow ? FEW_RUNS : RUNS));
