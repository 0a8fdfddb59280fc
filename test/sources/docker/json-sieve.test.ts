import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/limits.ts';
import { createJsonSieve } from '../../../src/sources/docker/json-sieve.ts';
import type { Shape } from '../../../src/sources/docker/json-tree.ts';

type Options = { shape?: Shape; maxMembers?: number; maxBytes?: number; cuts?: readonly number[]; isEnded?: boolean };

/** Writes a text in pieces, cut at some places. */
function sift(
  text: string | Buffer,
  { shape = true, maxMembers = 1e6, maxBytes = 1e9, cuts = [], isEnded = true }: Options = {},
) {
  const sieve = createJsonSieve({ shape, maxMembers, maxBytes });
  const bytes = Buffer.from(text);
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (const [index, place] of places.slice(1).entries()) sieve.write(bytes.subarray(places[index]!, place));
  return { value: sieve.value(isEnded), leftOut: sieve.leftOut() };
}

const cuts = fc.array(fc.nat(), { maxLength: 8 });

describe('a sieve that takes all', () => {
  it('reads what JSON.parse reads, wherever the pieces begin', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 2), cuts, (value, indent, places) => {
        const text = JSON.stringify(value, undefined, indent);
        expect(sift(text, { cuts: places }).value).toEqual(JSON.parse(text));
      }),
    );
  });

  it('reads escapes, quotes and characters of several bytes cut in two', () => {
    const value = { 'a"\\': ['\\\\"', '\\', '"', 'é€😀\u0000\n', ''], __proto__: 1, '\\"': { '': -1.5e-7 } };
    const text = JSON.stringify(value).replace('😀', '\\ud83d\\ude00');
    for (let at = 0; at <= Buffer.byteLength(text); at++) expect(sift(text, { cuts: [at] }).value).toEqual(value);
  });

  it('takes a number that is larger than any for none', () => {
    expect(sift('[1e999,-1e999,1e308]').value).toEqual([null, null, 1e308]);
  });

  it('takes a member called __proto__ for a member', () => {
    expect(Object.entries(sift('{"__proto__":{"a":1}}').value as object)).toEqual([['__proto__', { a: 1 }]]);
  });

  it.each(['', ' ', '<html>', '{', '[1', '{"a"', '{"a":', '{"a":1', '"a', '{"a" 1}', '{1:2}', '[1 2]', '[,1]', '{,}'])(
    'answers undefined to %j',
    (text) => expect(sift(text).value).toBeUndefined(),
  );
  it.each(['[1}', '{"a":1]', '[1,]', '{"a":1,}', '[tru]', '["\\x"]', '[01]', '}', ']', ':', '[1:2]', '{"a":1:2}'])(
    'answers undefined to %j, too',
    (text) => expect(sift(text).value).toBeUndefined(),
  );

  it('never throws on any bytes, and never hangs', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        cuts,
        (bytes, places) => void sift(Buffer.from(bytes), { cuts: places }),
      ),
    );
    const brackets = fc.array(fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', '"a"', '1', ' '), {
      maxLength: 60,
    });
    fc.assert(fc.property(brackets, cuts, (parts, places) => void sift(parts.join(''), { cuts: places })));
  });
});

describe('a sieve with a shape', () => {
  it('keeps the members that are named, of an object and of each in a list', () => {
    const entry = { Id: 'a', Labels: { x: ['{', '"'] }, State: { Status: 'up', Log: [{}] }, Names: null };
    const shape = { Id: true, State: { Status: true } } as const;
    expect(sift(JSON.stringify(entry), { shape }).value).toEqual({ Id: 'a', State: { Status: 'up' } });
    expect(sift(JSON.stringify([entry, entry]), { shape }).value).toHaveLength(2);
  });

  it('takes names of objects in JavaScript for names like all others', () => {
    expect(sift('{"constructor":1,"toString":2,"a":3}', { shape: { a: true } }).value).toEqual({ a: 3 });
  });
});

describe('the bounds of a sieve', () => {
  it('keeps so many members of one object, and counts the others', () => {
    const text = JSON.stringify({ a: { b: 1, c: [1, 2, 3, 4], d: 2, e: 3 }, f: 4 });
    expect(sift(text, { maxMembers: 3 })).toEqual({ value: { a: { b: 1, c: [1, 2, 3], d: 2 }, f: 4 }, leftOut: 2 });
  });

  it('keeps so many bytes, and what is whole of them', () => {
    const text = JSON.stringify(Array.from({ length: 100 }, () => ({ Id: 'x'.repeat(8), Labels: 'y'.repeat(50) })));
    const { value, leftOut } = sift(text, { shape: { Id: true }, maxBytes: 80 });
    expect(value).toHaveLength(10);
    expect(leftOut).toBe(90);
  });

  it('keeps of a long string as much as is ever looked at', () => {
    for (const character of ['x', 'é', '€', '😀', '\\u20ac', '\\n']) {
      const { value } = sift(`["${character.repeat(100_000)}"]`, { cuts: [7, 8, 9, 24_580] });
      const [text] = value as string[];
      expect(text!.length).toBeGreaterThan(LIMITS.engineText.max);
      expect(text!.length).toBeLessThanOrEqual(6 * LIMITS.engineText.max + 6);
      expect(new Set(text!.slice(0, LIMITS.engineText.max))).toEqual(new Set(JSON.parse(`"${character}"`)));
    }
  });

  it('has what came before where the answer is not read to its end', () => {
    const text = '{"Id":"a","Config":{"Labels":{"one":"1","tw';
    expect(sift(text, { isEnded: false }).value).toEqual({ Id: 'a', Config: { Labels: { one: '1' } } });
  });

  it('takes what is nested too deep for no answer', () => {
    expect(sift('['.repeat(1e6)).value).toBeUndefined();
    expect(
      sift(`{"a":${'['.repeat(LIMITS.engineDepth.max)}`, { shape: { b: true }, isEnded: false }).value,
    ).toBeUndefined();
  });
});
