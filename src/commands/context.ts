import type { Environment } from '../config/process-environment.ts';

/** What the commands need of the process, so that tests can give them something else. */
export type CommandContext = {
  readonly env: Environment;
  /** As `process.platform` says it. */
  readonly platform: string;
  /** The text of a file, undefined where it does not exist. */
  readonly readFile: (path: string) => string | undefined;
  readonly writeOutput: (text: string) => void;
  readonly writeError: (text: string) => void;
};

/** Exit statuses; 0 is success. */
export const STATUS_FAILED = 1;
export const STATUS_WRONG_USE = 2;
