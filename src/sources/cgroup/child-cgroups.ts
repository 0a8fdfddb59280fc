import { readdirSync, type Stats, statSync } from 'node:fs';
import { type KernelFiles, okValue } from '../kernel-files.ts';

/** A directory has a link from above, one from itself, and one from each directory in it. */
const LINKS_WITHOUT_CHILDREN = 2;

const NO_NAMES: readonly string[] = [];

/** Never read: V8 throws away the code that it compiled for such objects when a full collection finds none of them. */
let lastStats: Stats;

/**
 * Names of the cgroups directly below one; undefined where they cannot be listed. Most have none, and to know that costs
 * a third of a listing. (A file system that does not count links says 1, and is listed.)
 */
export function childCgroups(files: KernelFiles, dir: string): readonly string[] | undefined {
  return okValue(
    files.attempt('cgroup', () => {
      lastStats = statSync(dir);
      if (lastStats.nlink === LINKS_WITHOUT_CHILDREN) return NO_NAMES;
      const entries = readdirSync(dir, { withFileTypes: true });
      return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    }),
  );
}
