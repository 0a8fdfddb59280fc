import { nextLine, skipBlanks, skipWord, unsignedAt } from '../ascii.ts';
import type { ReadOutcome } from '../kernel-files.ts';
import type { LastParsed } from '../last-parsed.ts';
import type { ProcFs } from './proc-fs.ts';

/** One line of /proc/PID/net/dev: what an interface of that process's network namespace has carried since it was made. */
export type NetworkInterface = {
  readonly name: string;
  readonly receivedBytes: number;
  readonly receivedPackets: number;
  readonly receiveErrors: number;
  readonly receiveDropped: number;
  readonly transmittedBytes: number;
  readonly transmittedPackets: number;
  readonly transmitErrors: number;
  readonly transmitDropped: number;
};

const COLON = 0x3a;
const FIELDS_USED = 12;

export function parseNetDev(bytes: Buffer): NetworkInterface[] | undefined {
  const interfaces: NetworkInterface[] = [];
  const fields = new Array<number>(FIELDS_USED).fill(0);
  // The two lines of the heading have no colon and are passed over like any other line without one.
  for (let at = 0, next = 0; at < bytes.length; at = next) {
    next = nextLine(bytes, at);
    const nameStart = skipBlanks(bytes, at);
    // Within the line only: lines without a colon must not each search all the rest.
    const nameLength = bytes.subarray(nameStart, next).indexOf(COLON);
    if (nameLength < 0) continue;
    const nameEnd = nameStart + nameLength;
    if (!readFields(bytes, nameEnd + 1, fields)) return undefined;
    interfaces.push({
      name: bytes.toString('utf8', nameStart, nameEnd),
      receivedBytes: fields[0]!,
      receivedPackets: fields[1]!,
      receiveErrors: fields[2]!,
      receiveDropped: fields[3]!,
      transmittedBytes: fields[8]!,
      transmittedPackets: fields[9]!,
      transmitErrors: fields[10]!,
      transmitDropped: fields[11]!,
    });
  }
  return interfaces;
}

/** False where the line is not what the kernel writes. */
function readFields(bytes: Buffer, start: number, fields: number[]): boolean {
  let at = start;
  for (let field = 0; field < FIELDS_USED; field++) {
    at = skipBlanks(bytes, at);
    const value = unsignedAt(bytes, at);
    if (value === undefined) return false;
    fields[field] = value;
    at = skipWord(bytes, at);
  }
  return true;
}

/**
 * Never keep this file open: an open descriptor pins the network namespace and goes on answering after the container
 * is gone.
 */
export function readNetDev(proc: ProcFs, pid: number, last?: LastParsed): ReadOutcome<readonly NetworkInterface[]> {
  return proc.files.read('proc.net.dev', `${proc.path}/${pid}/net/dev`, parseNetDev, last);
}
