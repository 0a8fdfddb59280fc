import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { REPOSITORY } from './cache.ts';
import { importRoot } from './images.ts';
import type { Releasers } from './releasers.ts';
import { RUN_ID } from './run-id.ts';
import { createTempDir } from './temp-dir.ts';

const run = promisify(execFile);
const STEP_TIMEOUT_MS = 120_000;

/**
 * Plimsoll's image from deploy/Dockerfile, target `prebuilt`: there is no registry to take a base from and no network in
 * which the build could run npm. The base is this run's node with the libraries it is linked to. createDocker's release
 * removes both by their tag.
 */
export async function buildAgentImage(releasers: Releasers, host?: string): Promise<string> {
  const base = `plimsoll-test/node:${RUN_ID}`;
  const agent = `plimsoll-test/agent:${RUN_ID}`;
  const [root, context] = await Promise.all([createTempDir(releasers), createTempDir(releasers)]);
  await Promise.all([layNode(root), layProgram(context)]);
  await importRoot(root, base, host);
  const file = ['--file', join(REPOSITORY, 'deploy/Dockerfile'), '--target', 'prebuilt'];
  const args = [
    'build',
    '--quiet',
    // An engine of the test's own has no network to give.
    '--network',
    'none',
    '--force-rm',
    ...file,
    '--build-arg',
    `BASE_IMAGE=${base}`,
    '--tag',
    agent,
    context,
  ];
  // The classic builder is part of every engine; the newer one is a plugin of the client.
  const at = host === undefined ? [] : ['--host', host];
  await run('docker', [...at, ...args], { env: { ...process.env, DOCKER_BUILDKIT: '0' }, timeout: STEP_TIMEOUT_MS });
  return agent;
}

/** node where the image's PATH (`/bin`) has it, and its libraries where the dynamic linker looks. */
async function layNode(root: string): Promise<void> {
  // It becomes the image's root, which any user has to be able to enter.
  await chmod(root, 0o755);
  const { stdout } = await run('ldd', [process.execPath]);
  const libraries = stdout.match(/\/\S+/g) ?? [];
  for (const dir of ['bin', 'tmp', 'proc', 'sys', 'dev', 'etc']) await mkdir(join(root, dir));
  await copyFile(process.execPath, join(root, 'bin/node'));
  for (const library of libraries) {
    await mkdir(dirname(join(root, library)), { recursive: true });
    await copyFile(library, join(root, library));
  }
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0:root:/:/bin/false\n');
}

/** What `npm pack` would publish, and the packages that it needs, from this clone's node_modules. */
async function layProgram(context: string): Promise<void> {
  const path = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  const options = {
    cwd: REPOSITORY,
    env: { ...process.env, PATH: path },
    timeout: STEP_TIMEOUT_MS,
    maxBuffer: 16 << 20,
  };
  await run('npm', ['pack', '--pack-destination', context], options);
  const [archive] = (await readdir(context)).filter((name) => name.endsWith('.tgz'));
  await run('tar', ['-x', '-f', join(context, archive!), '--strip-components=1', '-C', context]);
  const { stdout } = await run('npm', ['ls', '--omit=dev', '--all', '--parseable'], options);
  const [, ...packages] = stdout.split('\n').filter(Boolean);
  const relative = packages.map((folder) => folder.slice(REPOSITORY.length));
  const copy = 'cd "$1" && shift && target=$1 && shift && tar -c "$@" | tar -x -C "$target"';
  await run('bash', ['-o', 'pipefail', '-c', copy, 'copy', REPOSITORY, context, ...relative], options);
}
