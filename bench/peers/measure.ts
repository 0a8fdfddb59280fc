import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { REPOSITORY } from '../../test/e2e/parts/cache.ts';
import { createReleasers, type Releasers } from '../../test/e2e/parts/releasers.ts';
import { runFloor } from '../floor.ts';
import { filesOf } from '../measure.ts';
import { planOf } from '../plan.ts';
import { memoryOf } from '../process-memory.ts';
import { createSink } from '../sink.ts';
import { median } from '../statistics.ts';
import { CADVISOR, CADVISOR_AT_DEFAULTS, CADVISOR_WITHOUT_BACKOFF } from './cadvisor.ts';
import { createDockerHerd, type DockerHerd } from './docker-herd.ts';
import { DOCKER_STATS } from './docker-stats.ts';
import type { DockerArena, Peer } from './peer.ts';
import { PLIMSOLL_ON_DOCKER } from './plimsoll.ts';
import { PROCESS_EXPORTER } from './process-exporter.ts';
import type { DockerHerdResult, PeerResult } from './result.ts';

export type DockerHerdPlan = {
  readonly containers: number;
  readonly cgroupPath: string;
  readonly windowMs: number;
  readonly releasers: Releasers;
  readonly progress: (text: string) => void;
};

/** The first is ours. */
const PEERS: readonly Peer[] = [
  PLIMSOLL_ON_DOCKER,
  CADVISOR,
  CADVISOR_WITHOUT_BACKOFF,
  CADVISOR_AT_DEFAULTS,
  DOCKER_STATS,
  PROCESS_EXPORTER,
];
const INTERVAL_MS = 10_000;
const SETTLE_MS = 10_000;
/** The engine is left alone for this part of a window. */
const ALONE_PARTS = 2;

/** Each agent in turn on the same containers of a real engine. */
export async function measureDockerHerd(plan: DockerHerdPlan): Promise<DockerHerdResult> {
  const { containers, cgroupPath, windowMs, releasers } = plan;
  const progress = (text: string): void => plan.progress(`${containers} containers of a real engine: ${text}`);
  progress('building the peers');
  const { stdout } = await promisify(execFile)('scripts/build-peers.sh', [], { cwd: REPOSITORY });
  const binaries = stdout.trim();
  progress('starting them');
  const herd = await createDockerHerd({ releasers, containers, busyPeriodMs: INTERVAL_MS / 2 });
  const sink = await createSink(releasers);
  const address = { dockerHost: herd.engine.host, runPath: herd.runPath, cgroupPath };
  const groups = { all: herd.containers.map(({ id }) => id) };
  const driver = planOf({ containers, rounds: 1, cycles: 1 }).driver;
  const files = await filesOf({ herd: address, groups, endpoint: sink.url, plan: driver });
  await sleep(SETTLE_MS);

  /** While nobody asks it anything: before the first and after each of them, for it is not always the same. */
  const alone: number[] = [];
  const leaveAlone = async (): Promise<void> => {
    progress('nobody');
    const before = herd.engineAccount.cpuSeconds();
    await sleep(windowMs / ALONE_PARTS);
    alone.push((herd.engineAccount.cpuSeconds() - before) * ALONE_PARTS);
  };
  await leaveAlone();
  const peers: PeerResult[] = [];
  const leftOut: string[] = [];
  for (const peer of PEERS) {
    const told = await peer.version(binaries);
    if ('missing' in told) {
      leftOut.push(told.missing);
      continue;
    }
    progress(peer.name);
    const own = createReleasers();
    // On a signal, too.
    releasers.add(peer.name, own.release);
    try {
      const arena = {
        releasers: own,
        herd: address,
        containers: herd.containers,
        intervalMs: INTERVAL_MS,
        sink,
        binaries,
      };
      peers.push({ name: peer.name, ...told, ...(await measurePeer(peer, arena, { herd, files, windowMs })) });
    } finally {
      await own.release();
    }
    await leaveAlone();
  }
  const { engineVersion: engine } = herd;
  return {
    containers,
    engine,
    files: files.length,
    intervalMs: INTERVAL_MS,
    windowMs,
    engineAloneCpuSeconds: median(alone),
    peers,
    leftOut,
  };
}

type Surroundings = { readonly herd: DockerHerd; readonly files: readonly string[]; readonly windowMs: number };

/** Whole intervals of a peer that is warm. The floor runs in the same time: both meet the same machine. */
async function measurePeer(
  peer: Peer,
  arena: DockerArena,
  { herd, files, windowMs }: Surroundings,
): Promise<Omit<PeerResult, 'name' | 'version'>> {
  const { intervalMs } = arena;
  const running = await peer.start(arena);
  running.discard();
  const before = { own: running.cpuSeconds(), engine: herd.engineAccount.cpuSeconds() };
  const floor = runFloor('open', { paths: files, cycles: windowMs / intervalMs, intervalMs });
  await sleep(windowMs);
  const cpuSeconds = running.cpuSeconds() - before.own;
  const engineCpuSeconds = herd.engineAccount.cpuSeconds() - before.engine;
  const deliveries = running.take();
  const memory = memoryOf(running.pids());
  const measured = { cpuSeconds, engineCpuSeconds, floor: (await floor)!, memory, deliveries };
  await running.stop();
  return measured;
}
