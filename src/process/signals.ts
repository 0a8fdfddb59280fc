export type Signal = 'SIGTERM' | 'SIGINT' | 'SIGHUP';

export type Signals = { next(): Promise<Signal> };

/** Signals one after the other. A second request to stop while the first is carried out ends the process at once. */
export function listenToSignals(): Signals {
  const waiting: Signal[] = [];
  let take: ((signal: Signal) => void) | undefined;
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (signal !== 'SIGHUP') {
        if (stopping) process.exit(1);
        stopping = true;
      }
      if (!take) waiting.push(signal);
      take?.(signal);
      take = undefined;
    });
  }
  return {
    next: () => {
      const signal = waiting.shift();
      return signal ? Promise.resolve(signal) : new Promise((resolve) => (take = resolve));
    },
  };
}
