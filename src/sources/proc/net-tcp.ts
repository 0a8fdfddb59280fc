import { closeSync, openSync, readSync } from 'node:fs';
import { LIMITS } from '../../limits.ts';
import { NEWLINE, skipBlanks, skipWord } from '../ascii.ts';
import type { ReadOutcome } from '../kernel-files.ts';
import type { ProcFs } from './proc-fs.ts';

export type TcpState =
  | 'established'
  | 'syn_sent'
  | 'syn_received'
  | 'fin_wait_1'
  | 'fin_wait_2'
  | 'time_wait'
  | 'closed'
  | 'close_wait'
  | 'last_ack'
  | 'listen'
  | 'closing';

/** Sockets by state; every state is there. */
export type TcpStates = Readonly<Record<TcpState, number>>;

/** By the kernel's number (include/net/tcp_states.h); the last is a connection that was asked for, like the third. */
const STATES: readonly (TcpState | undefined)[] = [
  undefined,
  'established',
  'syn_sent',
  'syn_received',
  'fin_wait_1',
  'fin_wait_2',
  'time_wait',
  'closed',
  'close_wait',
  'last_ack',
  'listen',
  'closing',
  'syn_received',
];

export const NO_TCP_STATES: TcpStates = {
  established: 0,
  syn_sent: 0,
  syn_received: 0,
  fin_wait_1: 0,
  fin_wait_2: 0,
  time_wait: 0,
  closed: 0,
  close_wait: 0,
  last_ack: 0,
  listen: 0,
  closing: 0,
};

const HEADING = Buffer.from('  sl ');
/** `sl`, the local and the remote address stand before the state. */
const FIELDS_BEFORE_STATE = 3;

export type TcpCounter = {
  /** Counts the whole lines. @returns the position after the last of them; undefined for what the kernel never writes. */
  count(bytes: Buffer): number | undefined;
  readonly lines: number;
  /** Undefined until the heading was seen: it is there even where there is no socket. */
  states(): TcpStates | undefined;
};

/** Counts /proc/PID/net/tcp or tcp6, piece by piece: such a file may be far larger than anything worth keeping. */
export function createTcpCounter(): TcpCounter {
  const states = { ...NO_TCP_STATES };
  let lines = 0;
  let hasHeading = false;

  /** Without making anything for each line: there may be very many. */
  function countLine(bytes: Buffer, start: number): boolean {
    if (!hasHeading) {
      hasHeading =
        bytes.compare(HEADING, 0, HEADING.length, start, Math.min(start + HEADING.length, bytes.length)) === 0;
      return hasHeading;
    }
    let at = skipBlanks(bytes, start);
    for (let field = 0; field < FIELDS_BEFORE_STATE; field++) at = skipBlanks(bytes, skipWord(bytes, at));
    const state = STATES[digitOf(bytes[at]) * BASE + digitOf(bytes[at + 1])];
    if (!state) return false;
    states[state] += 1;
    lines += 1;
    return true;
  }

  return {
    count(bytes) {
      let at = 0;
      for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, at)) {
        if (!countLine(bytes, at)) return undefined;
        at = end + 1;
      }
      return at;
    },
    get lines() {
      return lines;
    },
    states: () => (hasHeading ? states : undefined),
  };
}

const BASE = 16;
const ZERO = 0x30;
const NINE = 0x39;
const A = 0x41;
const F = 0x46;

/** Of an upper-case hexadecimal digit; NaN for anything else, which is then no state. */
function digitOf(byte = 0): number {
  if (byte >= ZERO && byte <= NINE) return byte - ZERO;
  return byte >= A && byte <= F ? byte - A + 10 : Number.NaN;
}

/** The kernel hands out a page at a time, and a line is shorter than 200 bytes. */
const BUFFER_BYTES = 8 * 1024;

/** Beyond so many sockets nothing is said of them, so that the agent never waits long for one container. */
export const MAX_SOCKETS = LIMITS.sockets.max;

export type ReadTcpOptions = { readonly file: 'tcp' | 'tcp6'; readonly maxSockets?: number };

/** Of the network namespace of that process. `failed` with EFBIG where there are more sockets than are counted. */
export function readTcpStates(
  proc: ProcFs,
  pid: number,
  { file, maxSockets = MAX_SOCKETS }: ReadTcpOptions,
): ReadOutcome<TcpStates> {
  const path = `${proc.path}/${pid}/net/${file}`;
  return proc.files.attempt<TcpStates | undefined>(`proc.net.${file}`, () => {
    const counter = createTcpCounter();
    const isWhole = countFile(path, counter, maxSockets);
    if (counter.lines > maxSockets) throw tooMany(proc, path, maxSockets);
    return isWhole ? counter.states() : undefined;
  }) as ReadOutcome<TcpStates>;
}

function tooMany({ files }: ProcFs, path: string, maxSockets: number): Error {
  files.onLimit('sockets');
  return Object.assign(new Error(`${path} has more than ${maxSockets} sockets`), { code: 'EFBIG' });
}

/** @returns whether the file was what the kernel writes, as far as it was read: one that is too long is left. */
function countFile(path: string, counter: TcpCounter, maxSockets: number): boolean {
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  const fd = openSync(path, 'r');
  try {
    // The beginning of the buffer holds what is there already of a line that is not whole yet.
    for (let begun = 0; ; ) {
      const got = readSync(fd, buffer, begun, buffer.length - begun, null);
      if (got === 0) return begun === 0;
      const length = begun + got;
      const counted = counter.count(buffer.subarray(0, length));
      if (counted === undefined || length - counted === buffer.length) return false;
      if (counter.lines > maxSockets) return true;
      buffer.copyWithin(0, counted, length);
      begun = length - counted;
    }
  } finally {
    closeSync(fd);
  }
}

export function addTcpStates(a: TcpStates, b: TcpStates): TcpStates {
  const sum = { ...a };
  for (const state of Object.keys(b) as TcpState[]) sum[state] += b[state];
  return sum;
}
