import { testTargets } from './run.ts';

const RUNS = 2_000;
/** Of the slower ones. */
const FEW_RUNS = 500;

testTargets(({ isSlow = false }) => (isSlow ? FEW_RUNS : RUNS));
