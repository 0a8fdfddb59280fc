import { SQLITE_CORRUPT, SQLITE_NOTADB, sqliteCode } from '../sqlite.ts';
import type { BatchStore } from './batch-store.ts';

/** Whether the file is broken, and will be the next time, too. */
export function isBroken(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}

/**
 * A store whose file may turn out to be broken while it is used: then `renew` sets that file aside, and from then on the
 * store is of the one that was begun in its place. What can still be read of the former is read. The error is thrown all
 * the same; what it hindered can be tried again.
 *
 * @param current the store of the file as it is now
 */
export function createRenewingStore(current: () => BatchStore, renew: (error: Error) => void): BatchStore {
  const former: BatchStore[] = [];
  let store = current();

  function using<T>(act: (store: BatchStore) => T): T {
    const now = current();
    if (now !== store) {
      former.unshift(store);
      store = now;
    }
    try {
      return act(store);
    } catch (error) {
      if (isBroken(error)) renew(error as Error);
      throw error;
    }
  }

  return {
    list: () => using(({ list }) => list()),
    read(position) {
      try {
        const batch = using(({ read }) => read(position));
        if (batch) return batch;
      } catch (error) {
        if (!isBroken(error)) throw error;
      }
      // Positions are given once, so that it is no other batch.
      for (const { read } of current() === store ? former : [store, ...former]) {
        const batch = read(position);
        if (batch) return batch;
      }
      return undefined;
    },
    change: (removed, added) => using(({ change }) => change(removed, added)),
    bodyOf: (batch) => current().bodyOf(batch),
    shrink: () => using(({ shrink }) => shrink()),
  };
}
