import { glob } from '../glob.ts';
import { METRIC_DEFINITIONS } from '../instruments/definitions.ts';
import { findNearest } from './suggestion.ts';

/** The metrics that configuration can switch: what the agent says of itself is always on. */
const NAMES = METRIC_DEFINITIONS.filter(({ family }) => family !== undefined).map(({ name }) => name);

/** The first of these globs that matches no metric, and so does nothing. */
export function findIdleGlob(globs: readonly string[]): string | undefined {
  return globs.find((pattern) => !NAMES.some(glob(pattern)));
}

/** What a glob that matches no metric was probably meant to be. */
export function suggestMetric(pattern: string): string | undefined {
  return findNearest(pattern, NAMES);
}
