import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDocker } from '../e2e/parts/docker.ts';
import { importImages } from '../e2e/parts/images.ts';
import { startQuickAgent } from '../e2e/parts/pipeline.ts';
import { createReleasers } from '../e2e/parts/releasers.ts';
import { describeWith } from '../parts.ts';
import { describePhases } from './parts/suite.ts';
import { startWatch } from './parts/watch.ts';
import { OWN_CONTAINERS, type World } from './parts/world.ts';
import { MACHINE_ENGINE, MACHINE_PHASES } from './tables.ts';

describeWith(['linux', 'root', 'cgroupV1', 'docker', 'busybox', 'gcc'], "accuracy on the machine's engine", () => {
  const releasers = createReleasers();
  let world: World;

  beforeAll(async () => {
    const docker = createDocker({ releasers });
    const images = await importImages();
    const watch = await startWatch(releasers);
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: watch.endpoint, OTEL_EXPORTER_OTLP_COMPRESSION: 'none' };
    await startQuickAgent(releasers, env, { containers: OWN_CONTAINERS });
    world = {
      docker,
      images,
      watch,
      releasers,
      socketPath: '/var/run/docker.sock',
      cgroupPath: '/sys/fs/cgroup',
    };
  });
  afterAll(() => releasers.release());

  describePhases({ engine: MACHINE_ENGINE, phases: MACHINE_PHASES, run: (each) => each.run(world) });

  it('let no counter of any container fall', () => {
    expect(world.watch.falls()).toEqual([]);
  });
});
