import { copyFile, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import Docker from 'dockerode';
import { type Engine, startEngine } from '../../test/e2e/parts/engine.ts';
import { importRoot } from '../../test/e2e/parts/images.ts';
import type { Releasers } from '../../test/e2e/parts/releasers.ts';
import { RUN_ID, RUN_LABEL } from '../../test/e2e/parts/run-id.ts';
import { createTempDir } from '../../test/e2e/parts/temp-dir.ts';
import { compile } from '../compile.ts';
import { type CpuAccount, createCpuAccount } from '../cpu-account.ts';
import type { DockerContainer } from './peer.ts';

export type DockerHerd = {
  readonly engine: Engine;
  readonly engineVersion: string;
  /** dockerd, containerd and every shim, but no container. */
  readonly engineAccount: CpuAccount;
  /** For `host.runPath`. */
  readonly runPath: string;
  /** The idle half first. */
  readonly containers: readonly DockerContainer[];
};

export type DockerHerdOptions = {
  readonly releasers: Releasers;
  readonly containers: number;
  readonly busyPeriodMs: number;
};

const AT_ONCE = 4;
/** Of every second container, as in the other herd. Never reached. */
const LIMITS = { Memory: 256 * 1024 * 1024, CpuQuota: 100_000, CpuPeriod: 100_000 };

/**
 * An engine of the benchmark's own, so that nobody else's containers are measured and nobody else asks it anything, with the
 * program of herd.c in each container. Everything goes with the release.
 */
export async function createDockerHerd(options: DockerHerdOptions): Promise<DockerHerd> {
  const { releasers, busyPeriodMs } = options;
  const engineAccount = createCpuAccount(releasers);
  const engine = await startEngine(releasers, { bridge: true });
  // What they start from now on is in it with them.
  for (const pid of engine.pids()) engineAccount.add(pid);
  const image = await importHerdImage(releasers, engine.host);
  const subnet = await engine.docker.docker([
    'network',
    'inspect',
    'bridge',
    '-f',
    '{{(index .IPAM.Config 0).Subnet}}',
  ]);
  // A default bridge has the first address of its network.
  const gateway = subnet.replace(/\d+\/\d+$/, '1');
  const api = new Docker({ socketPath: engine.socket });

  const containers: DockerContainer[] = new Array(options.containers);
  const started: Docker.Container[] = [];
  releasers.add('containers', () => inParallel(started, (container) => container.remove({ force: true, v: true })));
  await inParallel([...containers.keys()], async (number) => {
    const kind = number >= options.containers / 2 ? 'busy' : 'idle';
    const container = await api.createContainer({
      name: `herd-${number}`,
      Image: image,
      Cmd: ['/herd', kind, String(busyPeriodMs), gateway],
      Labels: {
        [RUN_LABEL]: RUN_ID,
        'com.docker.compose.project': 'herd',
        'com.docker.compose.service': `service-${number % 20}`,
      },
      HostConfig: number % 2 === 0 ? LIMITS : {},
    });
    started.push(container);
    await container.start();
    const { Id: id, State } = await container.inspect();
    containers[number] = { id, pid: State.Pid };
  });
  const running = await api.listContainers();
  if (running.length < options.containers)
    throw new Error(`only ${running.length} of ${options.containers} containers run`);
  const { Version: engineVersion } = await api.version();
  return { engine, engineVersion, engineAccount, runPath: await runPathOf(engine, releasers), containers };
}

async function importHerdImage(releasers: Releasers, host: string): Promise<string> {
  const root = await createTempDir(releasers);
  const tag = `plimsoll-bench/herd:${RUN_ID}`;
  await copyFile(await compile(new URL('../herd/herd.c', import.meta.url)), join(root, 'herd'));
  await importRoot(root, tag, host);
  return tag;
}

/** An engine's execution root is a folder `docker` in /run. */
async function runPathOf(engine: Engine, releasers: Releasers): Promise<string> {
  const runPath = join(await createTempDir(releasers), 'run');
  await mkdir(runPath);
  await symlink(engine.execRoot, join(runPath, 'docker'));
  return runPath;
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
