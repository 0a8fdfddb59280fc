import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const FIXTURES = new URL('../fixtures/', import.meta.url).pathname;

/** A captured file, by its path below test/fixtures. */
export const fixture = (path: string): Buffer => readFileSync(join(FIXTURES, path));

/** Captured files by pattern; fails where there is none, so that no property is shown on nothing. */
export function fixtures(pattern: string): Buffer[] {
  const paths = globSync(pattern, { cwd: FIXTURES }).sort();
  if (paths.length === 0) throw new Error(`test/fixtures has no ${pattern}`);
  return paths.map(fixture);
}
