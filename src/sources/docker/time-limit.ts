export type TimeLimit = {
  readonly timeoutMs: number;
  /** Ends the work early, with this signal's reason. */
  readonly signal?: AbortSignal | undefined;
};

/**
 * Runs work that must not take longer than its limit. Rejects with code ETIMEDOUT when the limit passes, even where
 * the work never settles: docker-modem calls nobody back when an answer breaks off in its middle.
 */
export async function withTimeLimit<T>(
  { timeoutMs, signal }: TimeLimit,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const aborted = Promise.withResolvers<never>();
  const stop = (reason: unknown): void => {
    // In this order, so that the caller sees the reason and not the AbortError it causes.
    aborted.reject(reason);
    controller.abort(reason);
  };
  const onOuterAbort = (): void => stop(signal?.reason);
  signal?.addEventListener('abort', onOuterAbort, { once: true });
  const timer = setTimeout(() => stop(timeLimitError(timeoutMs)), timeoutMs);
  try {
    return await Promise.race([run(controller.signal), aborted.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onOuterAbort);
  }
}

function timeLimitError(timeoutMs: number): Error {
  return Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' });
}
