import { setTimeout as sleep } from 'node:timers/promises';

export type WaitOptions = { readonly timeoutMs: number; readonly everyMs?: number };

/**
 * Asks again and again until the answer is something, and returns it. `undefined` and a rejection both mean: not yet.
 * @throws when time is up, with what was waited for and the last rejection as cause.
 */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  options: WaitOptions,
) {
  const endMs = performance.now() + options.timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= endMs) throw new Error(`${what}: not within ${options.timeoutMs} ms`, { cause });
    await sleep(options.everyMs ?? 100);
  }
}

/** The promise's result, or an error that says what took longer than this. */
export async function within<T>(what: string, timeoutMs: number, promise: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const late = sleep(timeoutMs, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`${what}: not within ${timeoutMs} ms`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
    late.catch(() => undefined);
  }
}
