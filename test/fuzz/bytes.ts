import type { Random } from './random.ts';

/** True files with something wrong in them. */

export const MAX_INPUT_BYTES = 64 * 1024;

const TOKENS = [
  '',
  '\n',
  ' ',
  '\t',
  '\0',
  ':',
  '=',
  '/',
  '(',
  ')',
  '"',
  '-1',
  '0',
  'max',
  '1e9',
  '1e999',
  '-1e999',
  '0x10',
  'NaN',
  'Infinity',
  '18446744073709551615',
  '18446744073709551616',
  '9'.repeat(400),
  '\uFEFF',
  '\u2028',
  '１',
  '__proto__',
  'constructor',
  'toString',
  '../..',
  '%00',
  '&a *a',
  '<<: *a',
  '{',
  '[',
  '}',
  ']',
  '- ',
  '# ',
  '!!binary ',
].map((token) => Buffer.from(token));
const INVALID_UTF8 = [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf4, 0x90, 0x80, 0x80]].map((bytes) =>
  Buffer.from(bytes),
);
const NEWLINE = 0x0a;
const MOST_EDITS = 5;
/** One input of so many is as large as can be. */
const LARGE_ONE_IN = 200;

type Edit = (bytes: Buffer, random: Random, seeds: readonly Buffer[]) => Buffer;

const at = (bytes: Buffer, random: Random): number => random.below(bytes.length + 1);
const insert = (bytes: Buffer, place: number, added: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, place), added, bytes.subarray(place)]);
/** A stretch that is mostly short. */
function stretch(bytes: Buffer, random: Random): [start: number, end: number] {
  const start = at(bytes, random);
  return [start, Math.min(bytes.length, start + random.below(random.pick([4, 40, 400])))];
}

/** The line that the place is in, with its end. */
function lineAt(bytes: Buffer, place: number): [start: number, end: number] {
  const start = place === 0 ? 0 : bytes.lastIndexOf(NEWLINE, place - 1) + 1;
  const end = bytes.indexOf(NEWLINE, place);
  return [start, end < 0 ? bytes.length : end + 1];
}

/** The run of digits that comes next; empty where there is none. */
function numberAfter(bytes: Buffer, place: number): [start: number, end: number] {
  const isDigit = (index: number): boolean => bytes[index]! >= 0x30 && bytes[index]! <= 0x39;
  let start = place;
  while (start < bytes.length && !isDigit(start)) start++;
  let end = start;
  while (end < bytes.length && isDigit(end)) end++;
  return [start, end];
}

const replace = (bytes: Buffer, [start, end]: readonly [number, number], by: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, start), by, bytes.subarray(end)]);

const NUMBERS = [
  '-1',
  '0',
  '4294967296',
  '9007199254740993',
  '18446744073709551615',
  '9'.repeat(30),
  '9'.repeat(400),
].map((number) => Buffer.from(number));

const EDITS: readonly Edit[] = [
  // A bit flips.
  (bytes, random) => {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) copy[random.below(copy.length)]! ^= 1 << random.below(8);
    return copy;
  },
  (bytes, random) => insert(bytes, at(bytes, random), random.pick(TOKENS)),
  (bytes, random) => insert(bytes, at(bytes, random), random.pick(INVALID_UTF8)),
  (bytes, random) => bytes.subarray(0, at(bytes, random)),
  (bytes, random) => replace(bytes, stretch(bytes, random), Buffer.alloc(0)),
  (bytes, random) => replace(bytes, stretch(bytes, random), random.pick(TOKENS)),
  (bytes, random) => {
    const [start, end] = stretch(bytes, random);
    return insert(bytes, at(bytes, random), bytes.subarray(start, end));
  },
  (bytes, random) => replace(bytes, numberAfter(bytes, at(bytes, random)), random.pick(NUMBERS)),
  // Lines are doubled, lost, moved, and those of others come in.
  (bytes, random) =>
    insert(bytes, lineAt(bytes, at(bytes, random))[0], bytes.subarray(...lineAt(bytes, at(bytes, random)))),
  (bytes, random) => replace(bytes, lineAt(bytes, at(bytes, random)), Buffer.alloc(0)),
  (bytes, random, seeds) => {
    const other = random.pick(seeds);
    return insert(bytes, lineAt(bytes, at(bytes, random))[0], other.subarray(...lineAt(other, at(other, random))));
  },
  (bytes, random, seeds) => {
    const other = random.pick(seeds);
    return Buffer.concat([bytes.subarray(0, at(bytes, random)), other.subarray(at(other, random))]);
  },
];

const LARGE: readonly Edit[] = [
  // A long run with something behind it, over which patterns go back and forth.
  (bytes, random) => {
    const run = Buffer.alloc(
      MAX_INPUT_BYTES / 2,
      random.pick([' ', '\t', '\n', '0', '1', 'a', 'a ', ',', ':', '/', '://', '%']),
    );
    return insert(bytes, at(bytes, random), Buffer.concat([run, random.pick(TOKENS)]));
  },
  (bytes, random) => insert(bytes, at(bytes, random), Buffer.alloc(MAX_INPUT_BYTES, random.pick(TOKENS.slice(1)))),
  (bytes, random) => {
    const [start, end] = lineAt(bytes, at(bytes, random));
    return start === end ? bytes : Buffer.alloc(MAX_INPUT_BYTES, bytes.subarray(start, end));
  },
  (bytes, random) => {
    const [start, end] = stretch(bytes, random);
    return start === end ? bytes : insert(bytes, end, Buffer.alloc(MAX_INPUT_BYTES, bytes.subarray(start, end)));
  },
  (bytes, random) =>
    Buffer.concat([
      Buffer.alloc(Math.max(0, MAX_INPUT_BYTES - bytes.length), random.pick(['\n', ' ', 'a', '\0', '0', 'a '])),
      bytes,
    ]),
];

export function damagedBytes(seeds: readonly Buffer[], random: Random): Buffer {
  let bytes = random.pick(seeds);
  const edits = random.below(MOST_EDITS + 1);
  for (let edit = 0; edit < edits; edit++) bytes = random.pick(EDITS)(bytes, random, seeds);
  if (random.below(LARGE_ONE_IN) === 0) bytes = random.pick(LARGE)(bytes, random, seeds);
  return bytes.subarray(0, MAX_INPUT_BYTES);
}
