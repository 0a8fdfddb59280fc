import { testTargets } from './run.ts';

/** Of those that take longer, a million together with the others of their kind. */
const RUNS = 1_000_000;

testTargets(({ longRuns = RUNS }) => longRuns);
