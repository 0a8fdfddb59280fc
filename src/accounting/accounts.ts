import type { Container } from '../sources/container.ts';
import {
  type ContainerAccount,
  type ContainerMemory,
  createContainerAccount,
  type Pasts,
} from './container-account.ts';
import { createSentTotals, forgetSent, rememberSent, type SentMemory, type SentTotals } from './sent-totals.ts';

/**
 * One run of a container: a restart is another one. Whoever is asked for its start may say another time, an engine a little
 * later than the kernel's own; with the same first process it is the same run.
 */
export type Run = {
  readonly id: string;
  readonly startedAtMs?: number | undefined;
  /** Of its first process. */
  readonly pid?: number | undefined;
};

/** What is remembered of one run, as plain data. */
export type RunMemory = Run & {
  readonly memory: ContainerMemory;
  readonly lastSent?: SentMemory | undefined;
};

/** What is remembered of an agent that ran before, and how far it can be relied on. */
export type Recollection = {
  readonly runs: readonly RunMemory[];
  readonly pastsOf: (run: Run) => Pasts;
  /** Since when all that was sent is in `runs`, as Unix time in milliseconds: a run that is not there and started later is new. */
  readonly completeSinceMs: number;
};

/**
 * The accounts of all containers. They outlive what is rebuilt around them, as when the configuration is read again, so
 * that no total falls; with their memory in a file they outlive the agent.
 */
export type Accounts = {
  /** The account of this run of the container; a restart begins a new one. */
  of(container: Run): ContainerAccount;
  /** What was sent of this run, where counters go out as differences. */
  sentOf(container: Run): SentTotals;
  /** To be called where the totals of this run are sent as they are: differences cannot go on from there. */
  forgetSentOf(container: Run): void;
  /** Forgets the accounts of all others. */
  keepOnly(containers: readonly Container[]): void;
  /** All accounts there are, those of which no container was seen yet since they were restored included. */
  all(): readonly (Run & { readonly account: ContainerAccount })[];
  remember(): readonly RunMemory[];
  /** To be called before any account is made. */
  restore(recollection: Recollection): void;
};

type Entry = Run & { readonly account: ContainerAccount; readonly sent: SentTotals };

/** `sinceMs`: since when all that is sent is known, as Unix time in milliseconds. */
export function createAccounts(sinceMs = Date.now()): Accounts {
  const accounts = new Map<string, Entry>();
  let pastsOf: ((run: Run) => Pasts) | undefined;
  let completeSinceMs = sinceMs;

  function entryOf({ id, startedAtMs, pid }: Run): Entry {
    const known = accounts.get(id);
    if (known && (known.startedAtMs === startedAtMs || (pid !== undefined && known.pid === pid))) return known;
    const account = createContainerAccount(undefined, pastsOf?.({ id, startedAtMs }));
    const sent = createSentTotals(undefined, startedAtMs === undefined || startedAtMs < completeSinceMs);
    const entry = { id, startedAtMs, pid, account, sent };
    accounts.set(id, entry);
    return entry;
  }

  return {
    of: (run) => entryOf(run).account,
    sentOf: (run) => entryOf(run).sent,
    forgetSentOf: (run) => forgetSent(entryOf(run).sent),
    keepOnly(containers) {
      // None at all may mean that no engine answers yet; then what was restored is still waited for.
      if (containers.length === 0 && pastsOf) return;
      const ids = new Set(containers.map(({ id }) => id));
      for (const id of accounts.keys()) if (!ids.has(id)) accounts.delete(id);
    },
    all: () => [...accounts.values()],
    remember: () =>
      [...accounts.values()].map(({ account, sent, ...run }) => ({
        ...run,
        memory: account.remember(),
        lastSent: rememberSent(sent),
      })),
    restore(recollection) {
      ({ pastsOf, completeSinceMs } = recollection);
      for (const { memory, lastSent, ...run } of recollection.runs) {
        const account = createContainerAccount(memory, pastsOf(run));
        accounts.set(run.id, { ...run, account, sent: createSentTotals(lastSent, true) });
      }
    },
  };
}
