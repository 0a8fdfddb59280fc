import fc from 'fast-check';
import { expect } from 'vitest';

/** What may stand in a kernel file that is not as it should be. */

const TOKENS = [
  '',
  '\n',
  ' ',
  '\t',
  '\0',
  ':',
  '(',
  ')',
  '-1',
  'max',
  '1e9',
  '0x10',
  'NaN',
  '9'.repeat(400),
  '\uFFFD',
  '１',
];

const edit = fc.record({
  kind: fc.constantFrom(
    'insert' as const,
    'replace' as const,
    'delete' as const,
    'truncate' as const,
    'repeat' as const,
  ),
  /** Where, as a part of the whole. */
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat(40),
  bytes: fc.oneof(
    fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
    fc.constantFrom(...TOKENS).map((token) => Buffer.from(token)),
  ),
});

type Edit = typeof edit extends fc.Arbitrary<infer E> ? E : never;

function apply(whole: Buffer, { kind, at, length, bytes }: Edit): Buffer {
  const start = Math.floor(at * whole.length);
  const [before, after] = [whole.subarray(0, start), whole.subarray(start)];
  switch (kind) {
    case 'insert':
      return Buffer.concat([before, bytes, after]);
    case 'replace':
      return Buffer.concat([before, bytes, after.subarray(bytes.length)]);
    case 'delete':
      return Buffer.concat([before, after.subarray(length)]);
    case 'truncate':
      return before;
    case 'repeat':
      return Buffer.concat([before, after.subarray(0, length), after]);
  }
}

/** Any bytes, any text of a kernel file's characters, and true files with a few things wrong. */
export function corrupted(files: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const characters = fc.constantFrom(...'0123456789 \t\n:()/-abcdefmaxVRssSize_.'.split(''));
  return fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.array(characters, { maxLength: 200 }).map((text) => Buffer.from(text.join(''))),
    {
      weight: 3,
      arbitrary: fc
        .tuple(fc.constantFrom(...files), fc.array(edit, { maxLength: 4 }))
        .map(([file, edits]) => edits.reduce(apply, file)),
    },
  );
}

/** Fails where any number in it, however deep, is not one that a kernel counts: NaN, infinite or negative. */
export function expectCounts(value: unknown): void {
  if (typeof value === 'number' && !(Number.isFinite(value) && value >= 0)) expect.fail(`${value} counts nothing`);
  if (typeof value !== 'object' || value === null) return;
  for (const item of value instanceof Map ? value.values() : Object.values(value)) expectCounts(item);
}

const RUNS = 400;

/** The property that every parser has: whatever it is given it answers, and with numbers that count something. */
export function expectToSurvive(parse: (bytes: Buffer) => unknown, files: readonly Buffer[]): void {
  fc.assert(
    fc.property(corrupted(files), (bytes) => expectCounts(parse(bytes))),
    { numRuns: RUNS },
  );
}
