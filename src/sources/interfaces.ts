import { LIMITS } from '../limits.ts';
import { okValue } from './kernel-files.ts';
import { type InterfaceIndexes, readInterfaceIndexes } from './proc/interface-index.ts';
import { isStillIn } from './proc/namespace.ts';
import { type NetworkInterface, readNetDev } from './proc/net-dev.ts';
import type { ProcFs } from './proc/proc-fs.ts';

/** An interface of a network namespace and what tells it from another one of the same name; absent where unknown. */
export type IndexedInterface = NetworkInterface & { readonly index?: number | undefined };

export type InterfaceReader = {
  /**
   * Through any living process of the namespace, whose inode is told where it is known. `owner` is who reports the
   * namespace: a container's id.
   */
  read(owner: string, pids: readonly number[], namespace?: number): IndexedInterface[] | undefined;
  /** Forgets all other owners. */
  keepOnly(owners: Pick<ReadonlySet<string>, 'has'>): void;
};

/** How many processes are asked before a namespace counts as unreadable: any that lives answers for all. */
const MAX_ATTEMPTS = 8;

export type InterfaceReaderOptions = { readonly proc: ProcFs; readonly loopback: boolean };

const LOOPBACK = 'lo';
const MAX_INTERFACES = LIMITS.interfaces.max;

/**
 * Reads net/dev, and the indexes, which stand in other files, only where they may have changed: when the names are others
 * than the last time or a counter fell.
 */
export function createInterfaceReader({ proc, loopback }: InterfaceReaderOptions): InterfaceReader {
  const remembered = new Map<string, { interfaces: readonly NetworkInterface[]; indexes: InterfaceIndexes }>();

  return {
    read(owner, pids, namespace) {
      for (let attempt = 0; attempt < Math.min(pids.length, MAX_ATTEMPTS); attempt += 1) {
        const pid = pids[attempt]!;
        const all = okValue(readNetDev(proc, pid));
        // A zombie has left its network namespace: its file is there and empty.
        if (!all || all.length === 0) continue;
        const wanted = loopback ? all : all.filter(({ name }) => name !== LOOPBACK);
        const interfaces = wanted.length > MAX_INTERFACES ? wanted.slice(0, MAX_INTERFACES) : wanted;
        if (wanted.length > MAX_INTERFACES) proc.files.onLimit('interfaces', wanted.length - MAX_INTERFACES);
        const last = remembered.get(owner);
        const same = last !== undefined && continues(last.interfaces, interfaces);
        const indexes = same ? last.indexes : readInterfaceIndexes(proc, pid);
        if (!isStillIn(proc, pid, namespace)) continue;
        remembered.set(owner, { interfaces, indexes });
        return interfaces.map((each) => ({ ...each, index: indexes.get(each.name) }));
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
