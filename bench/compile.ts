import { execFile } from 'node:child_process';
import { access, mkdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDir, contentKey } from '../test/e2e/parts/cache.ts';

const run = promisify(execFile);

/** Compiles a C program, statically, once per content. @returns the path of the binary. */
export async function compile(source: URL): Promise<string> {
  const path = source.pathname;
  const binary = join(cacheDir(), `bench-${basename(path, '.c')}-${contentKey([path])}`);
  const isThere = await access(binary).then(
    () => true,
    () => false,
  );
  if (isThere) return binary;
  await mkdir(cacheDir(), { recursive: true });
  const work = `${binary}.${process.pid}`;
  await run('gcc', ['-static', '-O2', '-Wall', '-Wextra', '-Werror', '-o', work, path], { timeout: 60_000 });
  await rename(work, binary);
  return binary;
}
