import { afterAll, beforeAll, expect, it } from 'vitest';
import { METRIC_FAMILIES } from '../../src/instruments/definition.ts';
import { createDocker } from '../e2e/parts/docker.ts';
import { importImages } from '../e2e/parts/images.ts';
import { startQuickAgent } from '../e2e/parts/pipeline.ts';
import { createReleasers } from '../e2e/parts/releasers.ts';
import { describeWith } from '../parts.ts';
import { describePhases } from './parts/suite.ts';
import { startWatch } from './parts/watch.ts';
import { OWN_CONTAINERS, type World } from './parts/world.ts';
import { OPT_IN_ENGINE, OPT_IN_PHASES } from './tables.ts';

describeWith(['linux', 'root', 'cgroupV1', 'docker', 'busybox', 'gcc'], 'accuracy of what is to be switched on', () => {
  const releasers = createReleasers();
  let world: World;

  beforeAll(async () => {
    const docker = createDocker({ releasers });
    const images = await importImages();
    const watch = await startWatch(releasers);
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: watch.endpoint, OTEL_EXPORTER_OTLP_COMPRESSION: 'none' };
    const families = Object.keys(METRIC_FAMILIES).filter((family) => family !== 'executables');
    const metrics = Object.fromEntries(families.map((family) => [family, { enabled: true }]));
    await startQuickAgent(releasers, env, { metrics, containers: OWN_CONTAINERS });
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

  describePhases({ engine: OPT_IN_ENGINE, phases: OPT_IN_PHASES, run: (each) => each.run(world) });

  it('let no counter of any container fall', () => {
    expect(world.watch.falls()).toEqual([]);
  });
});
