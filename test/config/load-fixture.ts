import { type LoadedConfig, type LoadOptions, loadConfig } from '../../src/config/load.ts';
import { ConfigurationError } from '../../src/config/problem.ts';

export type Given = Partial<Pick<LoadOptions, 'env' | 'flags' | 'file'>> & {
  /** Text of plimsoll.yaml, which --config then names. */
  readonly yaml?: string;
};

/** Loads a configuration from values alone: no file of this machine and none of its variables has a say. */
export function load({ yaml, env = {}, flags = [], file }: Given = {}): LoadedConfig {
  return loadConfig({
    env,
    flags,
    file: file ?? (yaml === undefined ? undefined : 'plimsoll.yaml'),
    readFile: (path) => (path === 'plimsoll.yaml' ? yaml : undefined),
  });
}

/** The problems that the load ends with; fails where it does not end with any. */
export function problemsOf(given: Given): readonly string[] {
  try {
    load(given);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  throw new Error('the configuration was accepted');
}
