import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEngine } from '../e2e/parts/engine.ts';
import { importImages } from '../e2e/parts/images.ts';
import { startQuickAgent } from '../e2e/parts/pipeline.ts';
import { createReleasers, type Releasers } from '../e2e/parts/releasers.ts';
import { createTempDir } from '../e2e/parts/temp-dir.ts';
import { describeWith } from '../parts.ts';
import { describePhases } from './parts/suite.ts';
import { startWatch } from './parts/watch.ts';
import type { World } from './parts/world.ts';
import { UNIFIED_ENGINE, UNIFIED_PHASES } from './tables.ts';

/** There is one v2 hierarchy on a machine; what the engine sees in its mount namespace can be mounted here, too. */
async function mountUnified(releasers: Releasers): Promise<string> {
  const dir = await createTempDir(releasers);
  const run = promisify(execFile);
  await run('mount', ['-t', 'cgroup2', 'none', dir]);
  releasers.add('cgroup2', () => run('umount', [dir]));
  return dir;
}

describeWith(['linux', 'root', 'dockerd', 'docker', 'busybox', 'gcc'], 'accuracy on cgroup v2', () => {
  const releasers = createReleasers();
  let world: World;

  beforeAll(async () => {
    const engine = await startEngine(releasers, { cgroupV2: true });
    const images = await importImages(engine.host);
    const watch = await startWatch(releasers);
    const cgroupPath = await mountUnified(releasers);
    const env = {
      DOCKER_HOST: engine.host,
      OTEL_EXPORTER_OTLP_ENDPOINT: watch.endpoint,
      OTEL_EXPORTER_OTLP_COMPRESSION: 'none',
    };
    await startQuickAgent(releasers, env, { host: { cgroupPath } });
    world = { docker: engine.docker, images, watch, releasers, socketPath: engine.socket, cgroupPath };
  });
  afterAll(() => releasers.release());

  describePhases({ engine: UNIFIED_ENGINE, phases: UNIFIED_PHASES, run: (each) => each.run(world) });

  it('let no counter of any container fall', () => {
    expect(world.watch.falls()).toEqual([]);
  });
});
