import { accessSync, constants } from 'node:fs';
import type { Config } from '../config/config.ts';
import { outboxDirectories } from '../config/state-directories.ts';
import { makeDirectory } from '../make-directory.ts';

/**
 * Puts the outbox into the first of its directories that can be written, and makes that where it is missing. Where none
 * can be, it stays with the first, of which opening the outbox then says why.
 */
export function withOutboxDirectory(config: Config, directories = outboxDirectories(config)): Config {
  const directory = directories.find(isWritable) ?? directories[0]!;
  return { ...config, outbox: { ...config.outbox, directory } };
}

function isWritable(directory: string): boolean {
  try {
    makeDirectory(directory);
    accessSync(directory, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
