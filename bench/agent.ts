import { execFile } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { REPOSITORY } from '../test/e2e/parts/cache.ts';
import { type Child, startChild } from '../test/e2e/parts/child.ts';
import type { Releasers } from '../test/e2e/parts/releasers.ts';
import { createTempDir } from '../test/e2e/parts/temp-dir.ts';
import { type HerdAddress, herdEnvironment } from './driver/request.ts';

export type AgentOptions = {
  readonly releasers: Releasers;
  readonly herd: HerdAddress;
  readonly endpoint: string;
  readonly intervalMs: number;
  /** Names in the preload folder. */
  readonly preloads?: readonly string[];
  /** The folder where a preload writes what it found. */
  readonly output?: string;
  /** Of V8, in the place of those of the command's first line. */
  readonly flags?: readonly string[];
  /** In which the interval can be changed later; without it the environment says the interval. */
  readonly configFile?: string;
};

/** What `npm run build` makes of the package's bin. */
const CLI = join(REPOSITORY, 'dist/cli.js');
/** As at the defaults: in every sixth cycle. */
const CYCLES_BETWEEN_OWN_METRICS = 6;
const PRELOADS = new URL('preload/', import.meta.url);

/** Runs the built command as a user does: by its first line, with nothing configured but where things are. */
export async function startAgent(options: AgentOptions): Promise<Child> {
  const { releasers, herd, endpoint, intervalMs, preloads = [], output, flags, configFile } = options;
  await chmod(CLI, 0o755);
  const own = await createTempDir(releasers);
  const nodeOptions = preloads.map((name) => `--import=${new URL(`${name}.js`, PRELOADS).href}`).join(' ');
  const child = await startChild({
    command: flags ? process.execPath : CLI,
    args: [...(flags ? [...flags, CLI] : []), 'run', ...(configFile === undefined ? [] : ['--config', configFile])],
    env: {
      // What the first line says beside the flags.
      ...(flags && { MALLOC_ARENA_MAX: '1' }),
      ...commandEnvironment(herd),
      PLIMSOLL_PUSH_ENDPOINT: endpoint,
      ...(configFile === undefined && {
        PLIMSOLL_COLLECTION_INTERVAL_MS: String(intervalMs),
        PLIMSOLL_COLLECTION_TIMEOUT_MS: String(intervalMs),
      }),
      PLIMSOLL_COLLECTION_SELF_INTERVAL_MS: String(CYCLES_BETWEEN_OWN_METRICS * intervalMs),
      // The interval is shorter than any user's: all metrics are to be measured none the less.
      PLIMSOLL_COLLECTION_THINNING_ENABLED: 'false',
      PLIMSOLL_STATUS_ADDRESS: '127.0.0.1:0',
      PLIMSOLL_OUTBOX_DIRECTORY: join(own, 'outbox'),
      PLIMSOLL_STATE_DIRECTORY: join(own, 'state'),
      ...(nodeOptions !== '' && { NODE_OPTIONS: nodeOptions }),
      ...(output !== undefined && { BENCH_OUTPUT: output }),
    },
  });
  releasers.add('agent', () => child.stop());
  return child;
}

/** Runs `plimsoll once` to its end. */
export async function runOnce(herd: HerdAddress): Promise<void> {
  await chmod(CLI, 0o755);
  await promisify(execFile)(CLI, ['once'], { env: commandEnvironment(herd), maxBuffer: 64 << 20 });
}

function commandEnvironment(herd: HerdAddress): Record<string, string> {
  // The node that runs this, not an older one of the machine.
  return { PATH: `${dirname(process.execPath)}:${process.env['PATH']}`, ...herdEnvironment(herd) };
}

/** Waits until half an interval after a body came in: between two cycles. */
export async function untilBetweenCycles(agent: Child, lastAtMs: () => number, intervalMs: number): Promise<void> {
  const since = lastAtMs();
  while (lastAtMs() === since) {
    if (agent.hasExited()) throw new Error(`the agent has ended:\n${agent.stderr.slice(-10).join('\n')}`);
    await sleep(1);
  }
  await sleep(intervalMs / 2);
}
