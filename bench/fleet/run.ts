import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { REPOSITORY } from '../../test/e2e/parts/cache.ts';
import { createReleasers, type Releasers } from '../../test/e2e/parts/releasers.ts';
import { describeMachine } from '../machine.ts';
import type { FleetMeasured } from './measured.ts';
import { simulatePhases } from './phases.ts';
import { simulateStorm } from './reconnects.ts';
import { captureRequests } from './requests.ts';
import { measureTiers } from './tiers.ts';

/*
 * `npm run bench:fleet`: measures what docs/fleet.md needs and writes it to measured.json; `npm run docs` then writes the page.
 */

const CGROUP_PATH = '/sys/fs/cgroup';
const RECIPE = join(REPOSITORY, 'test/e2e/otelcol/fleet-builder.yaml');
const CONTAINERS = 30;
const REQUESTS = 20;
const PER_SECOND = 30;
const DURATION_MS = 20_000;
const INTERVAL_MS = 10_000;
const PHASES = { agents: 10_000, intervalMs: INTERVAL_MS, cycles: 8, firstJitterMs: 1_000 };
const STORM = { agents: 500, intervalMs: INTERVAL_MS, outageMs: 600_000 };
const CAPACITIES = [1.5, 2, 4];

const progress = (text: string): void => void process.stderr.write(`${text}\n`);

async function measure(releasers: Releasers): Promise<FleetMeasured> {
  await promisify(execFile)('npm', ['run', 'build'], { cwd: REPOSITORY });
  progress(`capturing the requests of an agent with ${CONTAINERS} containers`);
  const herd = { releasers, containers: CONTAINERS, requests: REQUESTS, cgroupPath: CGROUP_PATH };
  const requests = await captureRequests(herd).finally(releasers.release);
  progress('replaying them to the Collectors of deploy/fleet');
  const pace = { releasers, requests, perSecond: PER_SECOND, durationMs: DURATION_MS };
  const tiers = await measureTiers(pace).finally(releasers.release);
  const [, version = ''] = /otlpreceiver v([\d.]+)/.exec(readFileSync(RECIPE, 'utf8')) ?? [];
  progress('simulating phases and reconnects');
  const storms: FleetMeasured['storms'][number][] = [];
  for (const capacity of CAPACITIES) {
    const options = { ...STORM, capacity };
    storms.push({ ...options, ...(await simulateStorm(options)) });
  }
  return {
    machine: await describeMachine(CGROUP_PATH),
    collector: { ...tiers, version, containersOfRequest: CONTAINERS },
    phases: { agents: PHASES.agents, ...(await simulatePhases(PHASES)) },
    storms,
  };
}

const releasers = createReleasers();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void releasers.release().finally(() => process.exit(1)));
}
const measured = await measure(releasers);
writeFileSync(new URL('measured.json', import.meta.url), `${JSON.stringify(measured, null, 2)}\n`);
progress('bench/fleet/measured.json is written; npm run docs makes docs/fleet.md of it');
