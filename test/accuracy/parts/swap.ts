import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Releasers } from '../../e2e/parts/releasers.ts';
import { createTempDir } from '../../e2e/parts/temp-dir.ts';

const run = promisify(execFile);
const MEBIBYTES = '96';

/** Swap on a file of the test's own where the machine has none. @returns why there is none all the same. */
export async function haveSwap(releasers: Releasers): Promise<string | undefined> {
  if (readFileSync('/proc/swaps', 'utf8').trim().split('\n').length > 1) return undefined;
  const file = join(await createTempDir(releasers), 'swap');
  try {
    // With holes it would be refused, and so would one that others may read.
    await run('dd', ['if=/dev/zero', `of=${file}`, 'bs=1M', `count=${MEBIBYTES}`]);
    await run('chmod', ['600', file]);
    await run('mkswap', [file]);
    await run('swapon', [file]);
  } catch (error) {
    return `this machine has no swap and refuses it (${(error as Error).message.trim().split('\n').at(-1)})`;
  }
  releasers.add('swap', () => run('swapoff', [file]));
  return undefined;
}
