import { execFile } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../parts.ts';
import { REPOSITORY } from './parts/cache.ts';
import { createDocker, type Docker } from './parts/docker.ts';
import { type Images, importImages } from './parts/images.ts';
import { pointsOf } from './parts/points.ts';
import { createReleasers } from './parts/releasers.ts';
import { createTempDir } from './parts/temp-dir.ts';

const run = promisify(execFile);

describeWith(['linux', 'root', 'docker', 'busybox', 'gcc'], 'the published package', () => {
  const releasers = createReleasers();
  let docker: Docker;
  let images: Images;
  let folder: string;

  // What `npm test` sets would change where the inner npm installs. The Node of this run comes first, as its users' would.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|OTEL|PLIMSOLL|NODE_OPTIONS|VITEST)/i.test(name),
  );
  const env = {
    ...Object.fromEntries(inherited),
    PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
  };

  beforeAll(async () => {
    docker = createDocker({ releasers });
    images = await importImages();
    folder = await createTempDir(releasers);
    await run('npm', ['pack', '--pack-destination', folder], { cwd: REPOSITORY, env, timeout: 120_000 });
    const [archive] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
    await writeFile(join(folder, 'package.json'), '{ "private": true }');
    const flags = ['--omit=dev', '--prefer-offline', '--no-audit', '--no-fund'];
    await run('npm', ['install', ...flags, `./${archive}`], { cwd: folder, env, timeout: 170_000 });
  }, 300_000);
  afterAll(() => releasers.release());

  it('brings a plimsoll that runs once --format otlp', async () => {
    const container = await docker.run({ image: images.busybox, command: ['sleep', '1000'] });
    const plimsoll = join(folder, 'node_modules/.bin/plimsoll');
    const { stdout } = await run(plimsoll, ['once', '--format', 'otlp'], {
      cwd: folder,
      env,
      timeout: 60_000,
      maxBuffer: 64 << 20,
    });
    const points = pointsOf([JSON.parse(stdout)]).filter(({ resource }) => resource['container.id'] === container.id);
    expect(points.map(({ metric }) => metric)).toContain('container.process.count');
    // Rates need two readings, and both were taken.
    expect(points.map(({ metric }) => metric)).toContain('container.cpu.usage');
  });

  it('brings plain JavaScript with types and neither tests nor TypeScript sources', async () => {
    const files = await readdir(join(folder, 'node_modules/plimsoll'), { recursive: true });
    expect(
      files.filter((name) => name.startsWith('test') || (name.endsWith('.ts') && !name.endsWith('.d.ts'))),
    ).toEqual([]);
    expect(files).toContain('dist/cli.js');
    expect(files).toContain('dist/agent.d.ts');
  });
});
