import { createHash } from 'node:crypto';
import type { RunMemory } from '../accounting/accounts.ts';
import { checkState } from './state-shape.ts';

/** What the state file holds. */
export type State = {
  /** Of the kernel's: pids and start times mean nothing after a boot. */
  readonly bootId: string;
  readonly runs: readonly RunMemory[];
  /** When the agent ended, as Unix time in milliseconds; absent: it still ran when this was written. */
  readonly endedAtMs?: number;
};

/** A new one whenever what is remembered changes its form. */
export const STATE_VERSION = 3;

type Header = { readonly plimsoll: 'state'; readonly version: number; readonly sha256: string };

/** Two lines: what the file is and the digest of the other line, and the state. */
export function formatState(state: State): string {
  const body = JSON.stringify(state);
  const header: Header = { plimsoll: 'state', version: STATE_VERSION, sha256: digestOf(body) };
  return `${JSON.stringify(header)}\n${body}\n`;
}

/** The text is what formatState made of a state, whole and unchanged; throws with the reason where it is not. */
export function parseState(text: string): State {
  const [first = '', body = ''] = text.split('\n');
  const header = parseHeader(first);
  if (header?.plimsoll !== 'state') throw new Error('it is no state of Plimsoll');
  if (header.version !== STATE_VERSION) {
    throw new Error(`it is of version ${header.version}, and this Plimsoll knows version ${STATE_VERSION}`);
  }
  if (header.sha256 !== digestOf(body)) throw new Error('it is damaged: its digest is another');
  const state = checkState(parseBody(body));
  if (!isAsWritten(state, body)) throw new Error('it is damaged: it is not as a state is written');
  return state;
}

/** Nothing is in it, however deep or large, that could not be written again. */
function isAsWritten(state: State, body: string): boolean {
  try {
    return JSON.stringify(state) === body;
  } catch {
    return false;
  }
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new Error('it is damaged: it is no JSON', { cause });
  }
}

function parseHeader(line: string): Partial<Header> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');
