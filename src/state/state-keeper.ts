import type { Accounts, Run } from '../accounting/accounts.ts';
import type { ContainerAccount, Pasts, RememberedFamily } from '../accounting/container-account.ts';
import type { Logger } from '../log.ts';
import { type LockState, openStateDirectory, type StateDirectory } from './state-directory.ts';
import { formatState, parseState, type State } from './state-format.ts';

export type StateKeeper = {
  /** Where the state is kept; undefined: in memory only. */
  readonly directory: string | undefined;
  /** To be called before values leave: what the file does not know of them is noted beside it. */
  note(): void;
  /** Writes the state, at most once a minute and only when it changed. */
  afterCycle(): Promise<void>;
  /** Writes the state when the agent ends. */
  close(): Promise<void>;
  /** Closes it where the agent could not start: what is there stays as it was found. */
  abandon(): void;
};

export type StateKeeperOptions = {
  /** In the order in which they are tried. */
  readonly directories: readonly string[];
  readonly accounts: Accounts;
  readonly bootId: string;
  readonly unixMs: () => number;
  readonly monotonicMs: () => number;
  readonly log: Logger;
  /** Keeps other agents away; by default until the process ends. */
  readonly lock?: LockState;
};

export const WRITE_INTERVAL_MS = 60_000;
const FAMILIES: readonly RememberedFamily[] = ['procfs', 'network'];

/** Restores the accounts from the state file, and keeps that file up to date. Throws DirectoryInUse. */
export function openStateKeeper(options: StateKeeperOptions): StateKeeper {
  const { directories, accounts, log } = options;
  const opened = openStateDirectory(directories, options.lock);
  if (!('path' in opened)) {
    const reasons = opened.map(({ message }) => message).join('; ');
    log.warn(
      `the state is kept in memory only, and counters of processes may fall when the agent is restarted: ${reasons}; set state.directory to a directory that the agent may write to`,
    );
    const nothing = (): Promise<void> => Promise.resolve();
    const none = (): void => undefined;
    return { directory: undefined, note: none, afterCycle: nothing, close: nothing, abandon: none };
  }
  const directory: StateDirectory = opened;
  restore(directory, options);

  /** The marks of what the file has, and what was noted since. */
  let written = marksOf(accounts);
  let noted = new Set(directory.notes());
  let lastText: string | undefined;
  let lastWriteMs = Number.NEGATIVE_INFINITY;
  let isBroken = false;

  async function write(end: Pick<State, 'endedAtMs'> = {}): Promise<void> {
    const text = formatState({ bootId: options.bootId, ...end, runs: accounts.remember() });
    lastWriteMs = options.monotonicMs();
    if (text === lastText) return;
    const marks = marksOf(accounts);
    try {
      await directory.write(text);
      [written, noted, lastText] = [marks, new Set(), text];
      if (isBroken) log.info('the state can be written again');
      isBroken = false;
    } catch (error) {
      say('cannot write the state', error);
    }
  }

  /** One that is behind, without a note of it, would let totals fall. */
  function dropState(): void {
    try {
      directory.drop();
    } catch (error) {
      say('cannot remove what is behind from', error);
    }
  }

  function say(what: string, error: unknown): void {
    if (!isBroken) log.error(`${what} to ${directory.path}: ${(error as Error).message}`);
    isBroken = true;
  }

  return {
    directory: directory.path,
    note() {
      const keys = changedSince(written, accounts).filter((key) => !noted.has(key));
      if (keys.length === 0) return;
      try {
        directory.note(keys);
      } catch (error) {
        say('cannot note what changed', error);
        dropState();
      }
      for (const key of keys) noted.add(key);
    },
    async afterCycle() {
      if (options.monotonicMs() - lastWriteMs >= WRITE_INTERVAL_MS) await write();
    },
    async close() {
      await write({ endedAtMs: options.unixMs() });
      if (!isBroken) directory.leave();
      directory.release();
    },
    abandon() {
      if (!directory.isUnclean) directory.leave();
      directory.release();
    },
  };
}

function restore(directory: StateDirectory, options: StateKeeperOptions): void {
  const { accounts, log } = options;
  const { state, isLost } = load(directory, options);
  const startedMs = options.unixMs();
  const known = new Set((state?.runs ?? []).map((run) => keyOf(run, 'procfs')));
  const changed = new Set(directory.notes());
  const pastOf = (run: Run, family: RememberedFamily): Pasts[RememberedFamily] => {
    if (changed.has(keyOf(run, family))) return 'unknown';
    // What was sent of a container whose memory is lost cannot be known; one that starts from now on has no past.
    if (isLost) return (run.startedAtMs ?? 0) < startedMs ? 'unknown' : 'known';
    return directory.isUnclean && known.has(keyOf(run, 'procfs')) ? 'known if unchanged' : 'known';
  };
  const runs = state?.runs ?? [];
  accounts.restore({
    // The totals that were sent last are known only where the agent could write them at its end.
    runs: directory.isUnclean ? runs.map(({ lastSent: _, ...run }) => run) : runs,
    completeSinceMs: (directory.isUnclean ? undefined : state?.endedAtMs) ?? startedMs,
    pastsOf: (run) => ({ procfs: pastOf(run, 'procfs'), network: pastOf(run, 'network') }),
  });
  if (runs.length > 0) {
    log.info(
      { containers: runs.length, directory: directory.path },
      directory.isUnclean
        ? 'going on from the state of an agent that was killed: counters that it may have sent more of begin anew'
        : 'going on from the state of the last run',
    );
  }
}

function load(
  directory: StateDirectory,
  { bootId, unixMs, log }: StateKeeperOptions,
): { state?: State; isLost: boolean } {
  try {
    const text = directory.read();
    if (text === undefined) return { isLost: directory.isUnclean };
    const state = parseState(text);
    return state.bootId === bootId ? { state, isLost: false } : { isLost: false };
  } catch (error) {
    const aside = directory.setAside(unixMs());
    log.error(
      `the state in ${directory.path} cannot be used (${(error as Error).message}): it is set aside as ${aside}; counters of processes and interfaces begin anew`,
    );
    return { isLost: true };
  }
}

type Marks = ReadonlyMap<ContainerAccount, Readonly<Record<RememberedFamily, string>>>;

function marksOf(accounts: Accounts): Marks {
  return new Map(
    accounts
      .all()
      .map(({ account }) => [account, { procfs: account.mark('procfs'), network: account.mark('network') }]),
  );
}

/** By run and family, as the journal has them. It is asked with every batch, and there is nearly always none. */
function changedSince(written: Marks, accounts: Accounts): string[] {
  const changed: string[] = [];
  for (const run of accounts.all()) {
    const marks = written.get(run.account);
    for (const family of FAMILIES) if (marks?.[family] !== run.account.mark(family)) changed.push(keyOf(run, family));
  }
  return changed;
}

const keyOf = ({ id, startedAtMs }: Run, family: RememberedFamily): string => `${id} ${startedAtMs ?? '-'} ${family}`;
