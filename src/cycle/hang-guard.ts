/** Runs work, and hears of it when that takes longer than any work may. */
export type HangGuard = <T>(work: () => Promise<T>) => Promise<T>;

export type HangGuardOptions = {
  readonly limitMs: number;
  /** Called once, while the work still goes on. */
  readonly onHang: () => void;
};

/** Ten times what a cycle should take, and a minute at the least: a machine that is busy is no agent that hangs. */
export function hangLimitMs({ timeoutMs }: { readonly timeoutMs: number }): number {
  return Math.max(10 * timeoutMs, 60_000);
}

/** The time is counted in turns of a timer: a process that was stopped or a machine that stood still misses turns. */
const TURNS = 10;

export function createHangGuard({ limitMs, onHang }: HangGuardOptions): HangGuard {
  return async (work) => {
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
      if (turns === TURNS) onHang();
    }, limitMs / TURNS);
    try {
      return await work();
    } finally {
      clearInterval(timer);
    }
  };
}
