import { execFile } from 'node:child_process';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDir, contentKey, REPOSITORY } from '../../e2e/parts/cache.ts';
import { startChild } from '../../e2e/parts/child.ts';
import { compilePrograms } from '../../e2e/parts/images.ts';
import type { Releasers } from '../../e2e/parts/releasers.ts';
import { createTempDir } from '../../e2e/parts/temp-dir.ts';
import { within } from '../../e2e/parts/wait.ts';
import { type GuestResult, RESULT_FILE } from './result.ts';

const run = promisify(execFile);
const GUEST = join(REPOSITORY, 'test/accuracy/guest');
const KERNEL = 'linux.uml';
const MEMORY = '1024M';
const TIMEOUT_MS = 110_000;

/**
 * Boots a kernel whose cgroup v2 has every controller, which a host that holds some of them on v1 cannot have: Debian's
 * Linux as a process (User Mode Linux), with the host's files as its root, read-only. It runs main.ts and ends.
 */
export async function runGuest(releasers: Releasers): Promise<GuestResult> {
  // Compiled here, since the guest cannot write to the cache.
  const [preload, dir] = await Promise.all([compilePreload(), createTempDir(releasers), compilePrograms()]);
  const results = join(dir, 'results');
  await mkdir(results);
  const [disk, swap] = await Promise.all([makeDisk(join(dir, 'disk')), makeSwap(join(dir, 'swap'))]);
  const devices = [`ubd0=${disk}`, `ubd1=${swap}`];
  const root = ['rootfstype=hostfs', 'rootflags=/', 'ro', `init=${join(GUEST, 'init.sh')}`];
  const console = ['con=null', 'con0=null,fd:1', 'quiet'];
  const variables = [
    `NODE=${process.execPath}`,
    `MAIN=${join(GUEST, 'main.ts')}`,
    `CACHE=${cacheDir()}`,
    `RESULTS=${results}`,
  ];
  const guest = await startChild({
    command: KERNEL,
    args: [`mem=${MEMORY}`, `uml_dir=${dir}`, ...root, ...devices, ...console, ...variables],
    env: { ...process.env, LD_PRELOAD: preload },
  });
  releasers.add('guest', () => guest.stop());
  const said = async (): Promise<string> => {
    const logs = await Promise.all(['main.log', 'dockerd.log'].map((name) => read(join(results, name))));
    return [guest.stdout.slice(-20).join('\n'), ...logs.map((log) => log.slice(-4_000))].join('\n---\n');
  };
  await within('the guest ends', TIMEOUT_MS, guest.exited).catch(async (cause: unknown) => {
    throw new Error(`the guest did not end:\n${await said()}`, { cause });
  });
  const result = await read(join(results, RESULT_FILE));
  if (result === '') throw new Error(`the guest ended without a result:\n${await said()}`);
  return JSON.parse(result) as GuestResult;
}

const read = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');

async function compilePreload(): Promise<string> {
  const source = join(GUEST, 'extended-state.c');
  const library = join(cacheDir(), `extended-state-${contentKey([source])}.so`);
  if ((await read(library)) !== '') return library;
  await mkdir(cacheDir(), { recursive: true });
  const part = `${library}.${process.pid}`;
  await run('gcc', ['-shared', '-fPIC', '-O2', '-Wall', '-Wextra', '-Werror', '-o', part, source, '-ldl']);
  await rename(part, library);
  return library;
}

async function makeDisk(file: string): Promise<string> {
  await run('truncate', ['--size', '1G', file]);
  await run('mkfs.ext4', ['-q', '-F', file]);
  return file;
}

async function makeSwap(file: string): Promise<string> {
  await run('truncate', ['--size', '128M', file]);
  await run('mkswap', [file]);
  return file;
}
