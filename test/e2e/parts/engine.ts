import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Child, startChild } from './child.ts';
import { createDocker, type Docker } from './docker.ts';
import { killProcessesWith, processesWith } from './leaks.ts';
import { createReleasers, type Releasers } from './releasers.ts';
import { createTempDir } from './temp-dir.ts';
import { waitFor } from './wait.ts';

const ENGINE_VARIABLE = 'TEST_ENGINE_DIR';

export type Engine = {
  /** As DOCKER_HOST wants it. */
  readonly host: string;
  readonly socket: string;
  readonly docker: Docker;
  /** Its execution root: the states of its containers' runtime are in it. */
  readonly execRoot: string;
  /** dockerd and what it started, containers not among them. */
  pids(): number[];
  /** Starts dockerd, for the first time or again, and waits until it answers. */
  start(): Promise<void>;
  /** SIGTERM: dockerd stops its containers, too. */
  stop(): Promise<void>;
  /** SIGKILL: dockerd is gone at once, its containers run on. */
  kill(): Promise<void>;
};

export type EngineOptions = {
  /** Gives its containers cgroup v2 whatever this machine has; memory, io and pids are missing where v1 holds those controllers. */
  readonly cgroupV2?: boolean;
  /** Its containers run on while it is away, and belong to it when it is back. */
  readonly liveRestore?: boolean;
  /** Its containers have an interface on a bridge, in the engine's network namespace, from which nothing gets out. */
  readonly bridge?: boolean;
};

const WITH_CGROUP_V2 = [
  '--mount',
  'bash',
  '-c',
  'umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && exec dockerd "$@"',
  'dockerd',
];

/**
 * An engine of the test's own beside the machine's, to be stopped, killed and started again. Its containers have no network
 * unless it is asked for. It runs in a network namespace of its own, because a dockerd without a bridge deletes the `docker0` that it finds.
 */
export async function startEngine(releasers: Releasers, options: EngineOptions = {}): Promise<Engine> {
  const dir = await createTempDir(releasers);
  const socket = join(dir, 'docker.sock');
  const host = `unix://${socket}`;
  let dockerd: Child | undefined;

  const start = async (): Promise<void> => {
    // A killed dockerd takes its containerd with it, but a zombie of that pid would be taken for a living one.
    await rm(join(dir, 'exec/containerd/containerd.pid'), { force: true });
    dockerd = await startChild({
      command: 'unshare',
      args: ['--net', ...(options.cgroupV2 ? WITH_CGROUP_V2 : ['dockerd']), ...flags(dir, host, options)],
      env: { ...process.env, [ENGINE_VARIABLE]: dir },
    });
    const started = dockerd;
    await waitFor(
      'dockerd answers',
      async () => {
        if (started.hasExited()) throw new Error(`dockerd has ended:\n${started.stderr.slice(-10).join('\n')}`);
        return docker.docker(['version', '--format', '{{.Server.Version}}']);
      },
      { timeoutMs: 60_000, everyMs: 200 },
    );
  };
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    await dockerd?.stop({ signal, timeoutMs: 30_000 });
    dockerd = undefined;
  };

  // The containers are removed by the engine, so it has to run for that, whatever the test did to it.
  const ofContainers = createReleasers();
  const docker = createDocker({ releasers: ofContainers, host });
  releasers.add('own dockerd', async () => {
    try {
      if (dockerd === undefined) await start();
      await ofContainers.release();
    } finally {
      await end('SIGTERM');
      killProcessesWith(ENGINE_VARIABLE, dir);
      await unmountBelow(dir);
    }
  });
  await start();
  return {
    host,
    socket,
    docker,
    execRoot: join(dir, 'exec'),
    pids: () => processesWith(ENGINE_VARIABLE, dir).map(({ pid }) => pid),
    start,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

function flags(dir: string, host: string, { liveRestore, bridge }: EngineOptions): string[] {
  const paths = [
    '--data-root',
    join(dir, 'data'),
    '--exec-root',
    join(dir, 'exec'),
    '--pidfile',
    join(dir, 'dockerd.pid'),
  ];
  const more = liveRestore ? ['--live-restore'] : [];
  const network = bridge ? ['--ip-masq=false', '--userland-proxy=false'] : ['--bridge=none'];
  return [...paths, '--host', host, ...network, '--iptables=false', '--ip6tables=false', ...more];
}

/** A killed engine leaves the mounts of its containers. */
async function unmountBelow(dir: string): Promise<void> {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path.startsWith(`${dir}/`));
  for (const path of mounts.reverse()) await promisify(execFile)('umount', ['--lazy', path]);
}
