import { join } from 'node:path';
import type { Config } from './config.ts';
import { type Environment, processEnvironment } from './process-environment.ts';

const SYSTEM_DIRECTORY = '/var/lib/plimsoll';

/** Where the state may be kept: the first of these that can be written is taken. */
export function stateDirectories({ state }: Config, env: Environment = processEnvironment()): readonly string[] {
  return state.directory === '' ? usualDirectories(env) : [state.directory];
}

/** Where batches may wait: the first of these that can be written is taken. */
export function outboxDirectories({ outbox }: Config, env: Environment = processEnvironment()): readonly string[] {
  return outbox.directory === '' ? usualDirectories(env) : [outbox.directory];
}

function usualDirectories(env: Environment): readonly string[] {
  const ofUser = env['XDG_STATE_HOME'] || (env['HOME'] && join(env['HOME'], '.local/state'));
  return ofUser ? [SYSTEM_DIRECTORY, join(ofUser, 'plimsoll')] : [SYSTEM_DIRECTORY];
}
