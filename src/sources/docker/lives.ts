import type { OnLimit } from '../../limits.ts';
import type { LifeEvent } from './events.ts';

/** A run of a container that began and ended; events tell no more of it than this. */
export type Life = { readonly start: LifeEvent; readonly end: LifeEvent };

/**
 * Runs of containers that began and ended between two cycles. Fed by the events, and told of every container that was
 * measured; what nobody has seen by the cycle after the end is counted, so that it is not lost without a word.
 */
export type Lives = {
  note(event: LifeEvent): void;
  /** The present run of this container was measured, or is not to be. */
  seen(id: string): void;
  /** The last run of this container was measured after its end. */
  seenAtEnd(id: string): void;
  /** A new stream of events begins, which repeats some that were noted already. */
  restart(): void;
  /** To be called in each cycle: the runs that ended since the last one without having been seen, the last of each container. */
  settle(): readonly Life[];
  /** Runs that nobody has seen. */
  unseen(): number;
};

export type LivesOptions = {
  /** Of runs that are not seen yet, and of those that ended in one cycle. */
  readonly maxRuns: number;
  readonly onLimit: OnLimit;
  /** Events from before it are of no interest. Unix time in milliseconds. */
  readonly sinceMs: number;
};

type Ended = { readonly life: Life; readonly runs: number };

export function createLives({ maxRuns, onLimit, sinceMs }: LivesOptions): Lives {
  const begun = new Map<string, LifeEvent>();
  let ended = new Map<string, Ended>();
  /** What the last cycle was told of. */
  let told = new Map<string, Ended>();
  let heardUntilMs = sinceMs;
  let repeatedUntilMs = sinceMs;
  let unseen = 0;

  const noteEnd = (end: LifeEvent): void => {
    const start = begun.get(end.id);
    if (!start) return;
    begun.delete(end.id);
    const runs = ended.get(end.id)?.runs ?? 0;
    if (runs === 0 && ended.size >= maxRuns) unseen += 1;
    else ended.set(end.id, { life: { start, end }, runs: runs + 1 });
  };

  return {
    note: (event) => {
      if (event.atMs <= repeatedUntilMs) return;
      heardUntilMs = Math.max(heardUntilMs, event.atMs);
      if (event.what === 'end') noteEnd(event);
      else if (begun.size < maxRuns || begun.has(event.id)) begun.set(event.id, event);
      else onLimit('runs');
    },
    seen: (id) => void begun.delete(id),
    seenAtEnd: (id) => {
      const entry = told.get(id);
      if (entry) told.set(id, { ...entry, runs: entry.runs - 1 });
    },
    restart: () => {
      repeatedUntilMs = heardUntilMs;
    },
    settle: () => {
      for (const { runs } of told.values()) unseen += Math.max(0, runs);
      told = ended;
      ended = new Map();
      return [...told.values()].map(({ life }) => life);
    },
    unseen: () => unseen,
  };
}
