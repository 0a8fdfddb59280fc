import type { Sleep } from '../../src/sleep.ts';

/** Sleeps by the global setTimeout, which a test can fake; that of node:timers/promises it cannot. */
export const sleepFaked: Sleep = (ms, signal) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    resolve();
  });
  return promise;
};
