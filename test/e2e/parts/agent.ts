import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { NODE_FLAGS } from '../../node-flags.ts';
import { REPOSITORY } from './cache.ts';
import { type Child, type Exit, startChild } from './child.ts';
import type { Releasers } from './releasers.ts';
import { createTempDir } from './temp-dir.ts';
import { within } from './wait.ts';

const CLI = join(REPOSITORY, 'src/cli.ts');
const PRELOADS = join(REPOSITORY, 'test/e2e/parts/preloads');

export type AgentOptions = {
  readonly releasers: Releasers;
  /** The configuration file: keys as an object, or the text itself. */
  readonly config?: object | string;
  readonly env?: Readonly<Record<string, string>>;
  /** Further flags of the command. */
  readonly flags?: readonly string[];
  /** A file of `preloads/` that Node loads first, by its name. */
  readonly preload?: 'throws' | 'rejects' | 'hangs' | 'blocks' | 'clock';
  /** Runs it as this user with no other groups and no capabilities. */
  readonly uid?: number;
};

export type Finished = { readonly exit: Exit; readonly stdout: string; readonly stderr: string };

/** `plimsoll run` from the sources. SIGTERM comes with the release at the latest. */
export async function startAgent(options: AgentOptions): Promise<Child> {
  const agent = await startCli('run', options);
  options.releasers.add('agent', () => agent.stop());
  return agent;
}

/** A command that ends by itself: `once`, `config check`, or a `run` that is to be refused. */
export async function runCli(command: string, options: AgentOptions & { timeoutMs?: number }): Promise<Finished> {
  const child = await startCli(command, options);
  try {
    const exit = await within(`plimsoll ${command} ends`, options.timeoutMs ?? 30_000, child.exited);
    return { exit, stdout: child.stdout.join('\n'), stderr: child.stderr.join('\n') };
  } finally {
    await child.stop({ timeoutMs: 5_000 });
  }
}

async function startCli(
  command: string,
  { releasers, config, env = {}, flags = [], preload, uid }: AgentOptions,
): Promise<Child> {
  const preloading = preload === undefined ? [] : ['--import', join(PRELOADS, `${preload}.ts`)];
  const args = [...NODE_FLAGS, ...preloading, CLI, ...command.split(' ')];
  // Its own, and not that of an agent of this machine; another user keeps what waits in memory.
  const directory = await createTempDir(releasers);
  const own = {
    PLIMSOLL_OUTBOX_DIRECTORY: join(directory, 'outbox'),
    PLIMSOLL_STATE_DIRECTORY: join(directory, 'state'),
    // At such short intervals a busy machine would have it leave out what a test waits for.
    PLIMSOLL_COLLECTION_THINNING_ENABLED: 'false',
    // With every cycle: no test has a minute.
    PLIMSOLL_COLLECTION_SELF_INTERVAL_MS: '100',
  };
  if (config !== undefined) {
    const dir = await createTempDir(releasers);
    // Another user has to be able to read it.
    await chmod(dir, 0o755);
    const file = join(dir, 'plimsoll.yaml');
    await writeFile(file, typeof config === 'string' ? config : stringify(config));
    args.push('--config', file);
  }
  args.push(...flags);
  const asUser = uid === undefined ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  const [first, ...rest] = [...asUser, process.execPath, ...args];
  return startChild({ command: first!, args: rest, env: { ...plainEnvironment(), ...own, ...env } });
}

/** The environment of the tests without what would configure an agent. */
function plainEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(OTEL|PLIMSOLL|DOCKER|NODE_OPTIONS|VITEST)/.test(name)),
  );
}
