import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export const REPOSITORY = new URL('../../../', import.meta.url).pathname;

/** Where what is built once for the tests is kept: outside the clone, the same folder as scripts/build-collector.sh uses. */
export function cacheDir(): string {
  const { PLIMSOLL_TEST_CACHE, XDG_CACHE_HOME } = process.env;
  return PLIMSOLL_TEST_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'plimsoll-test');
}

/** The first twelve digits of the SHA-256 of these files' contents; what is cached under it is never stale. */
export function contentKey(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(readFileSync(path));
  return hash.digest('hex').slice(0, 12);
}

/** Where scripts/build-collector.sh puts the Collector of a recipe as it is now, whether it is there yet or not. */
export function collectorPath(recipe: 'builder.yaml' | 'fleet-builder.yaml' = 'builder.yaml'): string {
  return join(cacheDir(), `otelcol-${contentKey([join(REPOSITORY, 'test/e2e/otelcol', recipe)])}`, 'otelcol');
}
