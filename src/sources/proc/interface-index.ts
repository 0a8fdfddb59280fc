import { nextLine, skipBlanks, skipWord, unsignedAt } from '../ascii.ts';
import { okValue } from '../kernel-files.ts';
import type { ProcFs } from './proc-fs.ts';

/** Interface indexes by name: what tells a new interface from an old one of the same name in one network namespace. */
export type InterfaceIndexes = ReadonlyMap<string, number>;

/**
 * /proc/PID/net/igmp and net/dev_mcast both begin a line of an interface with its index and its name; lines of
 * multicast groups, which begin with a tab in the former, belong to the interface above.
 */
export function parseInterfaceIndexes(bytes: Buffer): Map<string, number> {
  const indexes = new Map<string, number>();
  for (let at = 0; at < bytes.length; at = nextLine(bytes, at)) {
    const index = unsignedAt(bytes, at);
    if (index === undefined) continue;
    const nameStart = skipBlanks(bytes, skipWord(bytes, at));
    const nameEnd = skipWord(bytes, nameStart);
    // igmp pads names to ten characters and puts a colon behind, which then touches longer ones.
    const name = bytes.toString('utf8', nameStart, nameEnd).replace(/:$/, '');
    if (name !== '') indexes.set(name, index);
  }
  return indexes;
}

/** net/dev has no index; igmp knows the interfaces with IPv4, dev_mcast those with a multicast address. */
export function readInterfaceIndexes(proc: ProcFs, pid: number): InterfaceIndexes {
  const read = (file: string) =>
    okValue(proc.files.read(`proc.net.${file}`, `${proc.path}/${pid}/net/${file}`, parseInterfaceIndexes)) ?? [];
  return new Map([...read('dev_mcast'), ...read('igmp')]);
}
