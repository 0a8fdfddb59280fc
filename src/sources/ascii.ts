/** Reading numbers out of the bytes of kernel files without making strings of them. */

export const NEWLINE = 0x0a;
export const SPACE = 0x20;
const TAB = 0x09;
const ZERO = 0x30;
const NINE = 0x39;

/** The kernel's numbers have at most 64 bits; a longer run of digits is not one of them. */
const LARGEST = 2 ** 64;

/**
 * The unsigned decimal that begins at `start`; undefined where no digit stands there, where it has more than 64 bits, and
 * where it ends with the bytes: the kernel ends every line, so that one may be cut off.
 */
export function unsignedAt(bytes: Uint8Array, start: number): number | undefined {
  let value = 0;
  let at = start;
  for (; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte < ZERO || byte > NINE) break;
    value = value * 10 + (byte - ZERO);
  }
  return at === start || at === bytes.length || value > LARGEST ? undefined : value;
}

/** Position of the first byte from `start` on that is neither space nor tab. */
export function skipBlanks(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
  return at;
}

/** Position of the first space, tab or newline from `start` on, or the end. */
export function skipWord(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== SPACE && bytes[at] !== TAB && bytes[at] !== NEWLINE) at++;
  return at;
}

/** Position after the next newline from `start` on, or the end. */
export function nextLine(bytes: Uint8Array, start: number): number {
  const newline = bytes.indexOf(NEWLINE, start);
  return newline < 0 ? bytes.length : newline + 1;
}

/** The unsigned decimal on the line that begins with `key`; undefined where there is none. */
export function numberOfLine(bytes: Buffer, key: Buffer): number | undefined {
  const value = valueOfLine(bytes, key);
  return value < 0 ? undefined : unsignedAt(bytes, value);
}

/** Where the value begins on the line that begins with `key`, or -1. */
export function valueOfLine(bytes: Buffer, key: Buffer): number {
  for (let at = bytes.indexOf(key); at >= 0; at = bytes.indexOf(key, at + 1)) {
    if (at === 0 || bytes[at - 1] === NEWLINE) return skipBlanks(bytes, at + key.length);
  }
  return -1;
}
