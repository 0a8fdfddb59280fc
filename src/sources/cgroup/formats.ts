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

/** Numbers by the name that a parser has for a key. */
export type Keyed<Field extends string> = { [field in Field]?: number };

/**
 * Makes a parser of `key value` lines that takes these keys only, and gives each its own name. A line whose value is not an
 * unsigned number is passed over. Such files are read for every container in every cycle and most lines are not wanted:
 * no string is made of a key.
 */
export function keyedParser<Field extends string>(
  fields: Readonly<Record<string, Field>>,
): (bytes: Buffer) => Keyed<Field> {
  const byLength: (readonly [key: Buffer, field: Field][] | undefined)[] = [];
  for (const [key, field] of Object.entries(fields))
    byLength[key.length] = [...(byLength[key.length] ?? []), [Buffer.from(key), field]];

  return (bytes) => {
    const values: Keyed<Field> = {};
    for (let at = 0; at < bytes.length; ) {
      const keyEnd = skipWord(bytes, at);
      for (const [key, field] of byLength[keyEnd - at] ?? []) {
        if (!isAt(bytes, at, key)) continue;
        const value = unsignedAt(bytes, skipBlanks(bytes, keyEnd));
        if (value !== undefined) values[field] = value;
      }
      // The rest of a line is short: it is not worth a call into the runtime.
      at = keyEnd;
      while (at < bytes.length && bytes[at] !== NEWLINE) at++;
      at += 1;
    }
    return values;
  };
}

function isAt(bytes: Buffer, start: number, key: Buffer): boolean {
  for (let at = 0; at < key.length; at++) if (bytes[start + at] !== key[at]) return false;
  return true;
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
