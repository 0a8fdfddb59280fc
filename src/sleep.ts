import { setTimeout as wait } from 'node:timers/promises';

/** Waits that many milliseconds, or until the signal says that it is enough. Never rejects. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

/** Whether the work has settled within the time. It goes on where it has not. Rejects where the work does. */
export async function settlesWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  const late = new AbortController();
  const timer = wait(ms, false, { signal: late.signal }).catch(() => false);
  try {
    return await Promise.race([work.then(() => true), timer]);
  } finally {
    late.abort();
  }
}

export const sleep: Sleep = async (ms, signal) => {
  try {
    await wait(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
};
