import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Releasers } from './releasers.ts';
import { RUN_ID, RUN_LABEL } from './run-id.ts';
import { waitFor } from './wait.ts';

const run = promisify(execFile);
const COMMAND_TIMEOUT_MS = 60_000;

export type TestContainer = { readonly id: string; readonly name: string; readonly pid: number };

export type RunOptions = {
  readonly image: string;
  readonly name?: string;
  /** Flags of `docker run` before the image. */
  readonly flags?: readonly string[];
  readonly command: readonly string[];
};

export type Docker = {
  /** Any docker command on this engine; its standard output without the last line break. */
  docker(args: readonly string[]): Promise<string>;
  /** Starts a container that carries the run's label. Its default name carries the run's id. */
  run(options: RunOptions): Promise<TestContainer>;
  /** Kills and removes it with its volumes. */
  remove(idOrName: string): Promise<void>;
  stop(idOrName: string): Promise<void>;
  exec(idOrName: string, command: readonly string[]): Promise<string>;
  /** What it wrote, both streams. */
  logs(idOrName: string): Promise<string>;
  /** Its IPv4 address on the engine's default bridge. */
  address(idOrName: string): Promise<string>;
};

/**
 * The docker command on one engine; without `host` the one that DOCKER_HOST or the default socket names. What carries the run's
 * label or, as images do, its tag is removed at the end.
 */
export function createDocker({ releasers, host }: { releasers: Releasers; host?: string }): Docker {
  const docker = async (args: readonly string[]): Promise<string> => {
    const all = host === undefined ? args : ['--host', host, ...args];
    const { stdout } = await run('docker', all, { timeout: COMMAND_TIMEOUT_MS, maxBuffer: 64 << 20 });
    return stdout.trimEnd();
  };
  const inspect = (idOrName: string, format: string): Promise<string> =>
    docker(['inspect', '--format', format, idOrName]);
  let started = 0;
  releasers.add('containers and images', async () => {
    // A container with --rm may be on its way out already, which the engine answers with an error.
    const removed = async () => {
      const ids = await docker(['ps', '--all', '--quiet', '--filter', `label=${RUN_LABEL}=${RUN_ID}`]);
      if (ids === '') return true;
      await docker(['rm', '--force', '--volumes', ...ids.split('\n')]).catch(() => undefined);
      return undefined;
    };
    await waitFor('the containers of this run are gone', removed, { timeoutMs: 30_000 });
    const images = await docker(['images', '--quiet', '--filter', `reference=*/*:${RUN_ID}`]);
    if (images !== '') await docker(['rmi', '--force', ...images.split('\n')]);
  });
  return {
    docker,
    async run({ image, name = `${RUN_ID}-${++started}`, flags = [], command }) {
      const identity = ['--name', name, '--label', `${RUN_LABEL}=${RUN_ID}`];
      // Programs that ignore SIGTERM, as most do that are process 1, would cost ten seconds at every stop of an engine.
      const id = await docker(['run', '--detach', ...identity, '--stop-timeout', '1', ...flags, image, ...command]);
      return { id, name, pid: Number(await inspect(id, '{{.State.Pid}}')) };
    },
    remove: async (idOrName) => void (await docker(['rm', '--force', '--volumes', idOrName])),
    stop: async (idOrName) => void (await docker(['stop', '--time', '5', idOrName])),
    exec: (idOrName, command) => docker(['exec', idOrName, ...command]),
    async logs(idOrName) {
      const all = host === undefined ? ['logs', idOrName] : ['--host', host, 'logs', idOrName];
      const { stdout, stderr } = await run('docker', all, { timeout: COMMAND_TIMEOUT_MS });
      return stdout + stderr;
    },
    address: (idOrName) => inspect(idOrName, '{{.NetworkSettings.IPAddress}}'),
  };
}
