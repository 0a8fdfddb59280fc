import { join } from 'node:path';
import type { Config } from './config.ts';
import { type Environment, processEnvironment } from './process-environment.ts';

const SYSTEM_DIRECTORY = '/var/lib/plimsoll';

/** Where the state may be kept: the first of these that can be written is taken. */
export function stateDirectories({ state }: Config, env: Environment = processEnvironment()): readonly string[] {
  if (state.directory !== '') return [state.directory];
  const ofUser = env['XDG_STATE_HOME'] || (env['HOME'] && join(env['HOME'], '.local/state'));
  return ofUser ? [SYSTEM_DIRECTORY, join(ofUser, 'plimsoll')] : [SYSTEM_DIRECTORY];
}
