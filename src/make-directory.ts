import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a directory of its user's own, and those above it that are missing. Node's own `recursive` never returns where a
 * file system says ENOENT of a directory that cannot be made, as procfs does (seen on Node 24).
 */
export function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return;
    const above = dirname(path);
    if (code !== 'ENOENT' || existsSync(above)) throw error;
    makeDirectory(above);
    mkdirSync(path, { mode: 0o700 });
  }
}
