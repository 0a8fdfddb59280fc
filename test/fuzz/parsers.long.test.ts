import { testTargets } from './run.ts';

const RUNS = 1_000_000;

testTargets(() => RUNS);
