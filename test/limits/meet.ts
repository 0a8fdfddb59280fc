import type { OnLimit } from '../../src/limits.ts';

/** Lets a part of the agent meet a limit, which it then reports. */
export type Meet = (onLimit: OnLimit) => void | Promise<void>;
