import { readdirSync, statSync } from 'node:fs';
import { type KernelFiles, okValue } from '../kernel-files.ts';

/** A directory has a link from above, one from itself, and one from each directory in it. */
const LINKS_WITHOUT_CHILDREN = 2;

/**
 * Names of the cgroups directly below one; undefined where they cannot be listed. Most have none, and to know that costs
 * a third of a listing. (A file system that does not count links says 1, and is listed.)
 */
export function childCgroups(files: KernelFiles, dir: string): readonly string[] | undefined {
  return okValue(
    files.attempt('cgroup', () => {
      if (statSync(dir).nlink === LINKS_WITHOUT_CHILDREN) return [];
      const entries = readdirSync(dir, { withFileTypes: true });
      return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    }),
  );
}
