import { LIMITS } from '../limits.ts';
import { okValue } from './kernel-files.ts';
import { type LastParsed, nothingParsed } from './last-parsed.ts';
import { type InterfaceIndexes, readInterfaceIndexes } from './proc/interface-index.ts';
import { isStillIn } from './proc/namespace.ts';
import { type NetworkInterface, readNetDev } from './proc/net-dev.ts';
import type { ProcFs } from './proc/proc-fs.ts';

/** An interface of a network namespace and what tells it from another one of the same name; absent where unknown. */
export type IndexedInterface = NetworkInterface & { readonly index?: number | undefined };

export type InterfaceReader = {
  /**
   * Through any living process of the namespace, whose inode is told where it is known. `owner` is who reports the
   * namespace: a container's id. The same list as the last time where nothing in it has changed.
   */
  read(owner: string, pids: readonly number[], namespace?: number): readonly IndexedInterface[] | undefined;
  /** Forgets all other owners. */
  keepOnly(owners: Pick<ReadonlySet<string>, 'has'>): void;
};

/** How many processes are asked before a namespace counts as unreadable: any that lives answers for all. */
const MAX_ATTEMPTS = 8;

export type InterfaceReaderOptions = { readonly proc: ProcFs; readonly loopback: boolean };

const LOOPBACK = 'lo';
const MAX_INTERFACES = LIMITS.interfaces.max;

/** What was read last, as the kernel had it and as it was answered. */
type Remembered = {
  readonly lastParsed: LastParsed;
  all?: readonly NetworkInterface[] | undefined;
  indexes?: InterfaceIndexes;
  interfaces?: readonly IndexedInterface[];
};

/**
 * Reads net/dev, and the indexes, which stand in other files, only where they may have changed: when the names are others
 * than the last time or a counter fell.
 */
export function createInterfaceReader({ proc, loopback }: InterfaceReaderOptions): InterfaceReader {
  const remembered = new Map<string, Remembered>();

  function recall(owner: string): Remembered {
    const known = remembered.get(owner) ?? { lastParsed: nothingParsed() };
    remembered.set(owner, known);
    return known;
  }

  function wantedOf(all: readonly NetworkInterface[]): readonly NetworkInterface[] {
    const wanted = loopback ? all : all.filter(({ name }) => name !== LOOPBACK);
    if (wanted.length <= MAX_INTERFACES) return wanted;
    proc.files.onLimit('interfaces', wanted.length - MAX_INTERFACES);
    return wanted.slice(0, MAX_INTERFACES);
  }

  return {
    read(owner, pids, namespace) {
      const last = recall(owner);
      for (let attempt = 0; attempt < Math.min(pids.length, MAX_ATTEMPTS); attempt += 1) {
        const pid = pids[attempt]!;
        const all = okValue(readNetDev(proc, pid, last.lastParsed));
        // A zombie has left its network namespace: its file is there and empty.
        if (!all || all.length === 0) continue;
        const isSame = all === last.all;
        const wanted = isSame ? undefined : wantedOf(all);
        const continued = isSame || (last.interfaces !== undefined && continues(last.interfaces, wanted!));
        const indexes = continued ? last.indexes! : readInterfaceIndexes(proc, pid);
        if (!isStillIn(proc, pid, namespace)) continue;
        if (wanted) {
          // Interfaces that were left out are left out again, and counted again.
          last.all = all.length > MAX_INTERFACES ? undefined : all;
          last.indexes = indexes;
          last.interfaces = wanted.map((each) => ({ ...each, index: indexes.get(each.name) }));
        }
        return last.interfaces;
      }
      return undefined;
    },
    keepOnly(owners) {
      for (const owner of remembered.keys()) if (!owners.has(owner)) remembered.delete(owner);
    },
  };
}

function continues(before: readonly NetworkInterface[], now: readonly NetworkInterface[]): boolean {
  if (before.length !== now.length) return false;
  return now.every((each, at) => {
    const last = before[at]!;
    return (
      each.name === last.name &&
      each.receivedBytes >= last.receivedBytes &&
      each.transmittedBytes >= last.transmittedBytes &&
      each.receivedPackets >= last.receivedPackets &&
      each.transmittedPackets >= last.transmittedPackets
    );
  });
}
