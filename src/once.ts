import type { Config } from './config/config.ts';

export type OnceOptions = {
  readonly config: Config;
  readonly format: 'table' | 'otlp';
  /** Names or (abbreviated) identifiers; empty: all. */
  readonly containers: readonly string[];
};

/** Takes two readings half a second apart and prints the second. Resolves with the exit status. */
export async function runOnce(_options: OnceOptions): Promise<number> {
  throw new Error('not written yet');
}
