/**
 * What the service manager is told: sd_notify(3). The service is ready when a cycle has finished, as /readyz has it, and
 * alive as long as cycles finish.
 */
export type ServiceNotifier = {
  /** A cycle has finished. `status` is a line for people. */
  cycleFinished(status: string): void;
  /** The configuration is about to be read again; the next call of `cycleFinished` or `kept` ends that. */
  reloading(): void;
  /** The configuration stays as it was. */
  kept(status: string): void;
  stopping(): void;
};

export type ServiceNotifierOptions = {
  /** Hands over one message, lines of NAME=VALUE. Never rejects, and ends by itself. */
  readonly send: (lines: readonly string[]) => Promise<void>;
  /** The service manager ends a service from which it hears nothing for so long; undefined: it does not. */
  readonly watchdogMs: number | undefined;
  /** How long no cycle may finish before it is said that something is wrong. */
  readonly allowedSilenceMs: () => number;
  /** Of CLOCK_MONOTONIC, as the service manager compares it with its own. */
  readonly monotonicUs: () => bigint;
};

const US_PER_MS = 1000n;
/** How often the status is renewed where there is no watchdog. */
const STATUS_INTERVAL_MS = 60_000;
const LONGEST_STATUS = 200;

export function createServiceNotifier(options: ServiceNotifierOptions): ServiceNotifier {
  const { send, watchdogMs, allowedSilenceMs } = options;
  const nowMs = (): number => Number(options.monotonicUs() / US_PER_MS);
  let sending: Promise<void> = Promise.resolve();
  let isBeating = false;
  let isReady = false;
  let isOver = false;
  let lastCycleMs = nowMs();
  let status = '';
  let said: string | undefined;

  /** In order, and one after the other. */
  function tell(...lines: readonly string[]): Promise<void> {
    sending = sending.then(() => send(lines));
    return sending;
  }

  function statusLine(text: string): string[] {
    if (text === said) return [];
    said = text;
    return [`STATUS=${text.replace(/\p{Cc}+/gu, ' ').slice(0, LONGEST_STATUS)}`];
  }

  function ready(text: string): void {
    status = text;
    if (isReady || isOver) return;
    isReady = true;
    void tell('READY=1', ...statusLine(status));
  }

  function beat(): void {
    // Where messages take longer than the time between two, one less is better than a queue.
    if (!isReady || isOver || isBeating) return;
    const silentMs = nowMs() - lastCycleMs;
    const isAlive = silentMs <= Math.max(allowedSilenceMs(), (watchdogMs ?? 0) / 2);
    const text = isAlive ? status : `no cycle has finished for ${Math.round(silentMs / 1000)} s`;
    const lines = [...statusLine(text), ...(isAlive && watchdogMs !== undefined ? ['WATCHDOG=1'] : [])];
    if (lines.length === 0) return;
    isBeating = true;
    void tell(...lines).finally(() => {
      isBeating = false;
    });
  }

  // Half of the time, as sd_watchdog_enabled(3) recommends.
  setInterval(beat, watchdogMs === undefined ? STATUS_INTERVAL_MS : watchdogMs / 2).unref();

  return {
    cycleFinished(text) {
      lastCycleMs = nowMs();
      ready(text);
    },
    reloading() {
      isReady = false;
      void tell('RELOADING=1', `MONOTONIC_USEC=${options.monotonicUs()}`, ...statusLine('reading the configuration'));
    },
    kept: ready,
    stopping() {
      isOver = true;
      void tell('STOPPING=1', ...statusLine('stopping'));
    },
  };
}
