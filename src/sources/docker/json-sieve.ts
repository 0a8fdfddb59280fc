import { LIMITS } from '../../limits.ts';
import { endOfString, type Kept, keep, scalarOf, stringOf } from './json-tokens.ts';
import { createJsonTree, type JsonTree, type JsonTreeOptions } from './json-tree.ts';

/**
 * Reads JSON that comes in pieces and keeps of it only what is wanted: what else there is, however much, takes no memory.
 * Containers decide how large the answers about them are.
 */
export type JsonSieve = {
  write(chunk: Buffer): void;
  /** What has been read; undefined where it is no JSON, or `isEnded` while the document is not. */
  value(isEnded: boolean): unknown;
  /** How many members were left out because an object has too many, or the document too much. */
  leftOut(): number;
};

type State = 'between' | 'string' | 'scalar' | 'done' | 'broken';

/** A character may be written as six bytes; more of a string than this is cut later on anyway, and counted. */
const STRING_BYTES = 6 * (LIMITS.engineText.max + 1);
const SCALAR_BYTES = 64;
const [TAB, LINE_FEED, CARRIAGE_RETURN, SPACE] = [0x09, 0x0a, 0x0d, 0x20];
const [QUOTE, COMMA, COLON] = [0x22, 0x2c, 0x3a];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const BLANKS: ReadonlySet<number | undefined> = new Set([TAB, LINE_FEED, CARRIAGE_RETURN, SPACE]);
const DELIMITERS: ReadonlySet<number | undefined> = new Set([
  ...BLANKS,
  ...[QUOTE, COMMA, COLON],
  ...[OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT],
]);

export function createJsonSieve(options: JsonTreeOptions): JsonSieve {
  const tree = createJsonTree(options);
  let state: State = 'between';
  let isEscaped = false;
  /** Of the token that is being read; undefined: it is not wanted. */
  let token: Kept | undefined;

  const finish = (): void => {
    const value = token && (state === 'string' ? stringOf(token) : scalarOf(token));
    state = token && value === undefined ? 'broken' : take(tree, value, token);
  };

  /** Reads on from a position, and answers where it came to. */
  const readString = (chunk: Buffer, from: number): number => {
    const { end, isEscaped: goesOnEscaped } = endOfString(chunk, from, isEscaped);
    isEscaped = goesOnEscaped;
    const stop = end < 0 ? chunk.length : end;
    if (token) keep(token, chunk.subarray(from, stop), STRING_BYTES);
    if (end >= 0) finish();
    return stop + 1;
  };

  const readScalar = (chunk: Buffer, from: number): number => {
    let stop = from;
    while (stop < chunk.length && !DELIMITERS.has(chunk[stop])) stop += 1;
    if (token) keep(token, chunk.subarray(from, stop), SCALAR_BYTES);
    if (stop < chunk.length) finish();
    return stop;
  };

  const readBetween = (chunk: Buffer, at: number): number => {
    const byte = chunk[at]!;
    if (BLANKS.has(byte)) return at + 1;
    state = next(tree, byte);
    if (state !== 'string' && state !== 'scalar') return at + 1;
    const isWanted = tree.expected() === 'key' ? tree.isNameWanted() : tree.isValueWanted();
    token = isWanted ? { pieces: [], bytes: 0, isCut: false } : undefined;
    // The first byte of a number or a word belongs to it.
    return state === 'string' ? at + 1 : at;
  };

  return {
    write: (chunk) => {
      let at = 0;
      while (at < chunk.length && state !== 'done' && state !== 'broken') {
        if (state === 'string') at = readString(chunk, at);
        else at = state === 'scalar' ? readScalar(chunk, at) : readBetween(chunk, at);
      }
    },
    value: (isEnded) => {
      // Only what follows a number says that it has ended.
      if (isEnded && state === 'scalar' && tree.isClosed()) finish();
      return state === 'broken' || (isEnded && state !== 'done') ? undefined : tree.root();
    },
    leftOut: tree.leftOut,
  };
}

/** What begins or ends with a byte between two tokens. */
function next(tree: JsonTree, byte: number): State {
  const expected = tree.expected();
  if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
    if (!tree.close(byte === CLOSE_ARRAY)) return 'broken';
    return tree.isClosed() ? 'done' : 'between';
  }
  if (byte === QUOTE && (expected === 'key' || expected === 'value')) return 'string';
  if (expected === 'value' && byte !== COMMA && byte !== COLON) {
    if (byte !== OPEN_OBJECT && byte !== OPEN_ARRAY) return 'scalar';
    return tree.open(byte === OPEN_ARRAY) ? 'between' : 'broken';
  }
  return tree.separate(byte === COMMA ? 'comma' : byte === COLON ? 'colon' : undefined) ? 'between' : 'broken';
}

/** Puts a finished token where it belongs. */
function take(tree: JsonTree, value: unknown, token: Kept | undefined): State {
  const bytes = token?.bytes ?? 0;
  if (tree.expected() === 'key') tree.name(typeof value === 'string' ? value : '', bytes);
  else tree.put(value, token !== undefined, bytes);
  return tree.isClosed() ? 'done' : 'between';
}
