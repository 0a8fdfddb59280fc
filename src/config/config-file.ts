import { readFileSync } from 'node:fs';

/** The text of a file, undefined where it does not exist; throws (as Node does) where it cannot be read. */
export function readConfigFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
