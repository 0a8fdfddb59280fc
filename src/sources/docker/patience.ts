export type PatienceOptions = {
  /** For an engine that answered in time when it was last asked. */
  readonly fullMs: number;
  /** For one that did not: a silence of this length. */
  readonly shortMs: number;
};

/**
 * How long a cycle waits for what the engine is asked, which goes on afterwards. An engine that hangs holds up one cycle for
 * the full time; from then on those are as quick as they can be, until it has answered everything in time again.
 */
export type Patience = {
  wait(work: Promise<void>): Promise<void>;
  /** The engine has answered one of its requests. */
  answered(): void;
  /** What it was asked is done, in so many milliseconds; or it has failed for want of an answer. */
  finished(outcome: { readonly tookMs: number } | 'timed out'): void;
};

export function createPatience({ fullMs, shortMs }: PatienceOptions): Patience {
  let hangs = false;
  let answers = 0;

  return {
    wait: async (work) => {
      let leftMs = fullMs;
      while (leftMs > 0) {
        const [before, partMs] = [answers, hangs ? Math.min(shortMs, leftMs) : leftMs];
        leftMs -= partMs;
        if (await settlesWithin(work, partMs)) return;
        if (hangs && answers === before) return;
      }
      hangs = true;
    },
    answered: () => {
      answers += 1;
    },
    finished: (outcome) => {
      hangs = outcome === 'timed out' || outcome.tookMs >= fullMs;
    },
  };
}

async function settlesWithin(work: Promise<void>, timeoutMs: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(resolve, timeoutMs, false);
  const settled = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return settled;
}
