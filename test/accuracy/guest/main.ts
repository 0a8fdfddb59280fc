import { renameSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { createDocker } from '../../e2e/parts/docker.ts';
import { importImages } from '../../e2e/parts/images.ts';
import { startQuickAgent } from '../../e2e/parts/pipeline.ts';
import { createReleasers } from '../../e2e/parts/releasers.ts';
import { waitFor } from '../../e2e/parts/wait.ts';
import { startWatch } from '../parts/watch.ts';
import type { World } from '../parts/world.ts';
import { GUEST_PHASES } from '../tables.ts';
import { type GuestResult, RESULT_FILE, type ScenarioResult } from './result.ts';

/** Runs in the guest: the scenarios, with an engine and an agent of its own. Nothing is taken down: the guest is. */

async function startWorld(): Promise<World> {
  const releasers = createReleasers();
  const docker = createDocker({ releasers });
  await waitFor('dockerd answers', () => docker.docker(['version', '--format', '{{.Server.Version}}']), {
    timeoutMs: 60_000,
  });
  const [images, watch] = await Promise.all([importImages(), startWatch(releasers)]);
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: watch.endpoint, OTEL_EXPORTER_OTLP_COMPRESSION: 'none' };
  await startQuickAgent(releasers, env, { metrics: { include: ['container.memory.peak'] } });
  return { docker, images, watch, releasers, socketPath: '/var/run/docker.sock', cgroupPath: '/sys/fs/cgroup' };
}

async function measure(world: World): Promise<Record<string, ScenarioResult>> {
  const results: Record<string, ScenarioResult> = {};
  for (const { scenarios } of GUEST_PHASES) {
    const run = async (each: (typeof scenarios)[number]): Promise<void> => {
      results[each.name] = await each.run(world).then(
        (outcomes) => ({ outcomes }),
        (error: unknown) => ({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
      );
    };
    await Promise.all(scenarios.map(run));
  }
  return results;
}

const world = await startWorld();
const scenarios = await measure(world);
const result: GuestResult = { kernel: `Linux ${release()} in user mode`, scenarios, falls: world.watch.falls() };
const file = join(process.argv[2]!, RESULT_FILE);
writeFileSync(`${file}.part`, JSON.stringify(result));
renameSync(`${file}.part`, file);
process.exit(0);
