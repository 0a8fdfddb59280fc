import { damagedBytes, MAX_INPUT_BYTES } from './bytes.ts';
import type { Random } from './random.ts';

/** True documents in which something is of another kind, elsewhere, missing, doubled, or far too much. */

/** Stands for a number that JSON can write and no double can hold. */
const ENDLESS = '@endless@';

const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  0.5,
  2 ** 53,
  1e308,
  -1e308,
  ENDLESS,
  '',
  'text',
  '\u0000',
  '\uD800',
  '9'.repeat(400),
  '0001-01-01T00:00:00Z',
  '275760-09-13T00:00:00Z',
  '9 constructor ago',
  `${'9'.repeat(400)} days ago`,
  'x'.repeat(5000),
  [],
  {},
  [[]],
  [null],
  { key: 'value' },
  { low: 1, high: -1, unsigned: true },
];
const KEYS = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'length', '\u0000', 'x'.repeat(5000)];
const DEEP_ONE_IN = 300;
const DEPTHS = [50, 1_000, 20_000];
const BYTES_ONE_IN = 4;
const MOST_EDITS = 4;

type Holder = Record<string, unknown> | unknown[];

const isHolder = (value: unknown): value is Holder => typeof value === 'object' && value !== null;

/** A holder somewhere in the document, found by going down at random. */
function someHolder(root: Holder, random: Random): Holder {
  let holder = root;
  for (;;) {
    const inner = Object.values(holder).filter(isHolder);
    if (inner.length === 0 || random.below(5) === 0) return holder;
    holder = random.pick(inner);
  }
}

function set(holder: Holder, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, writable: true, configurable: true });
}

function edit(root: Holder, random: Random): void {
  const holder = someHolder(root, random);
  const keys = Object.keys(holder);
  const key = keys.length === 0 ? '0' : random.pick(keys);
  const value = (holder as Record<string, unknown>)[key];
  switch (random.below(6)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
      return;
    case 1:
      if (Array.isArray(holder)) holder.push(structuredClone(value));
      else set(holder, random.pick(KEYS), structuredClone(value));
      return;
    case 2:
      set(holder, key, structuredClone(someHolder(root, random)));
      return;
    default:
      // A copy, since the next edit may be of its inside.
      set(holder, key, structuredClone(random.pick(VALUES)));
  }
}

export function damagedJson(seeds: readonly Buffer[], random: Random): Buffer {
  if (random.below(BYTES_ONE_IN) === 0) return damagedBytes(seeds, random);
  const root: unknown = JSON.parse(random.pick(seeds).toString());
  if (isHolder(root)) for (let edits = random.below(MOST_EDITS + 1); edits > 0; edits--) edit(root, random);
  let text = JSON.stringify(root).replaceAll(`"${ENDLESS}"`, random.pick(['1e999', '-1e999']));
  if (random.below(DEEP_ONE_IN) === 0) text = deepened(text, random);
  return Buffer.from(text).subarray(0, MAX_INPUT_BYTES);
}

/** One value becomes very many brackets around it. */
function deepened(text: string, random: Random): string {
  const depth = random.pick(DEPTHS);
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
    ['{"arrayValue":{"values":[', ']}}'],
  ] as const);
  const colon = text.indexOf(':', random.below(text.length));
  const place = colon < 0 ? 0 : colon + 1;
  return `${text.slice(0, place)}${open.repeat(depth)}1${close.repeat(depth)},"z":${text.slice(place)}`;
}
