import { readFileSync, statSync } from 'node:fs';

/**
 * What a file says, read again when the file has changed, so that a secret can be renewed without a restart. Throws
 * when it is made and the file cannot be read; later it answers what the file said last.
 */
export function createChangingFile<T>(path: string, parse: (bytes: Buffer) => T): () => T {
  let stamp = stampOf(path);
  let value = parse(readFileSync(path));
  return () => {
    try {
      const now = stampOf(path);
      if (now !== stamp) {
        value = parse(readFileSync(path));
        stamp = now;
      }
    } catch {
      // It may be in the middle of being replaced: the next attempt looks again.
    }
    return value;
  };
}

/** Follows links: secrets that are mounted change by a link that is put elsewhere. */
function stampOf(path: string): string {
  const { mtimeMs, ino, size } = statSync(path);
  return `${mtimeMs} ${ino} ${size}`;
}
