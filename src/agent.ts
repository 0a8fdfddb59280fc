import type { Config } from './config/config.ts';

export type AgentOptions = {
  /** Loads the configuration anew; throws ConfigurationError with every problem in its message. */
  readonly loadConfig: () => Config;
};

/** Runs until a signal ends it; resolves with the exit status. */
export async function runAgent(_options: AgentOptions): Promise<number> {
  throw new Error('not written yet');
}
