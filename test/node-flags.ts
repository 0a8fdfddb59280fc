import { readFileSync } from 'node:fs';

const CLI = new URL('../src/cli.ts', import.meta.url);

/** Node's flags in the first line of the command, for whoever starts it by another way. */
export const NODE_FLAGS: readonly string[] = readFileSync(CLI, 'utf8')
  .split('\n', 1)[0]!
  .split(' ')
  .filter((word) => word.startsWith('--'));
