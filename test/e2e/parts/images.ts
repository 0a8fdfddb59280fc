import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDir, contentKey } from './cache.ts';
import { RUN_ID } from './run-id.ts';

const run = promisify(execFile);
const BUSYBOX = '/bin/busybox';
const SOURCES = new URL('programs/', import.meta.url).pathname;

/** Names in the folder of the compiled load programs; what each does stands at the top of its source. */
export type Program =
  | 'load'
  | 'sink'
  | 'rename-self'
  | 'zombie'
  | 'threads'
  | 'fork-children'
  | 'processes'
  | 'memory'
  | 'disk'
  | 'talk'
  | 'counted';

/** Compiles programs/*.c, statically, once per content. @returns the folder of the binaries. */
export async function compilePrograms(): Promise<string> {
  const sources = (await readdir(SOURCES)).filter((name) => name.endsWith('.c')).sort();
  const dir = join(cacheDir(), `programs-${contentKey(sources.map((name) => join(SOURCES, name)))}`);
  if (await readdir(dir).catch(() => undefined)) return dir;
  await mkdir(cacheDir(), { recursive: true });
  const work = await mkdtemp(join(cacheDir(), 'compiling-'));
  for (const name of sources) {
    const flags = ['-static', '-O2', '-pthread', '-Wall', '-Wextra', '-Werror'];
    await run('gcc', [...flags, '-o', join(work, basename(name, '.c')), join(SOURCES, name)], { timeout: 60_000 });
  }
  // Two runs may compile at once: the first one's folder is as good as ours.
  await rename(work, dir).catch(() => rm(work, { recursive: true }));
  return dir;
}

export type Images = {
  /** A shell and the usual commands in /bin. */
  readonly busybox: string;
  /** The same with the load programs in /bin. */
  readonly programs: string;
};

/** Makes this run's images without a registry, on the engine that createDocker of the same host uses, which removes them. */
export async function importImages(host?: string): Promise<Images> {
  const images = { busybox: `plimsoll-test/busybox:${RUN_ID}`, programs: `plimsoll-test/programs:${RUN_ID}` };
  const root = await mkdtemp(join(tmpdir(), 'plimsoll-image-'));
  try {
    await layShell(root);
    await importRoot(root, images.busybox, host);
    const programs = await compilePrograms();
    for (const name of await readdir(programs)) await copyFile(join(programs, name), join(root, 'bin', name));
    await importRoot(root, images.programs, host);
  } finally {
    await rm(root, { recursive: true });
  }
  return images;
}

async function layShell(root: string): Promise<void> {
  for (const dir of ['bin', 'tmp', 'etc', 'proc', 'sys', 'dev']) await mkdir(join(root, dir));
  await copyFile(BUSYBOX, join(root, 'bin/busybox'));
  const { stdout } = await run(BUSYBOX, ['--list']);
  for (const applet of stdout.split('\n').filter((name) => name !== '' && name !== 'busybox')) {
    await symlink('busybox', join(root, 'bin', applet));
  }
}

/** The content of a folder as an image of one layer. */
export async function importRoot(root: string, tag: string, host?: string): Promise<void> {
  const engine = host === undefined ? '' : '--host "$3"';
  const script = `tar -c -C "$1" . | docker ${engine} import --change 'ENV PATH=/bin' - "$2"`;
  await run('bash', ['-o', 'pipefail', '-c', script, 'import', root, tag, host ?? ''], { timeout: 120_000 });
}
