import { NEWLINE, nextLine, skipBlanks, skipWord, unsignedAt } from '../ascii.ts';

/*
 * The formats that cgroup files share (Documentation/admin-guide/cgroup-v2.rst, "Interface Files"): a single value, a
 * flat keyed list, a list of values one a line.
 */

/** `max` on v2, and on v1 a page counter at its largest value, which is just under 2^63. */
const NO_LIMIT_FROM = 2 ** 60;

/** A file with one number. */
export function parseSingleValue(bytes: Buffer): number | undefined {
  const value = unsignedAt(bytes, 0);
  return value !== undefined && isBlankFrom(bytes, skipWord(bytes, 0)) ? value : undefined;
}

/** A limit: a number, or `none` where there is no limit. */
export function parseLimit(bytes: Buffer): number | 'none' | undefined {
  if (bytes.toString('latin1', 0, 4).trimEnd() === 'max' || bytes[0] === MINUS) return 'none';
  const value = parseSingleValue(bytes);
  return value !== undefined && value >= NO_LIMIT_FROM ? 'none' : value;
}

const MINUS = 0x2d;

/** `key value` lines. Lines whose value is not an unsigned number are left out; keys are few and known by the caller. */
export function parseFlatKeyed(bytes: Buffer): Map<string, number> {
  const values = new Map<string, number>();
  for (let at = 0; at < bytes.length; at = nextLine(bytes, at)) {
    const keyEnd = skipWord(bytes, at);
    const value = unsignedAt(bytes, skipBlanks(bytes, keyEnd));
    if (value !== undefined && keyEnd > at) values.set(bytes.toString('latin1', at, keyEnd), value);
  }
  return values;
}

/** One number a line, as in cgroup.procs; a line that is no number makes the file malformed. */
export function parseNumberLines(bytes: Buffer): number[] | undefined {
  const numbers: number[] = [];
  for (let at = 0; at < bytes.length; at = nextLine(bytes, at)) {
    const value = unsignedAt(bytes, at);
    if (value === undefined) return undefined;
    numbers.push(value);
  }
  return numbers;
}

function isBlankFrom(bytes: Buffer, start: number): boolean {
  for (let at = start; at < bytes.length; at++) if (bytes[at] !== NEWLINE) return false;
  return true;
}
