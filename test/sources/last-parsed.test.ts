import { describe, expect, it } from 'vitest';
import { nothingParsed, sameOrParsed } from '../../src/sources/last-parsed.ts';

const LONG = 'x'.repeat(40);
const parse = (bytes: Buffer) => ({ text: bytes.toString() });
const parseLength = (bytes: Buffer) => ({ length: bytes.length });

describe('parsing what may be the same', () => {
  it('answers the same object while the bytes are the same', () => {
    const last = nothingParsed();
    const first = sameOrParsed(Buffer.from(LONG), parse, last);
    expect(first).toEqual({ text: LONG });
    expect(sameOrParsed(Buffer.from(LONG), parse, last)).toBe(first);
  });

  it('parses whatever differs, be it longer, shorter or in its last byte', () => {
    const last = nothingParsed();
    for (const text of [LONG, `${LONG}y`, LONG, `${LONG.slice(0, -1)}z`, LONG.repeat(3), `${LONG}z`, LONG]) {
      expect(sameOrParsed(Buffer.from(text), parse, last)).toEqual({ text });
    }
  });

  it('compares what it was given, not the buffer that is used again', () => {
    const last = nothingParsed();
    const buffer = Buffer.from(LONG);
    sameOrParsed(buffer, parse, last);
    buffer[3] = 'y'.charCodeAt(0);
    expect(sameOrParsed(buffer, parse, last)).toEqual({ text: buffer.toString() });
  });

  it('does not take what another parser made', () => {
    const last = nothingParsed();
    sameOrParsed(Buffer.from(LONG), parse, last);
    expect(sameOrParsed(Buffer.from(LONG), parseLength, last)).toEqual({ length: LONG.length });
  });

  it('remembers that something cannot be parsed, and nothing of a parser that failed', () => {
    const last = nothingParsed();
    let calls = 0;
    const malformed = (): undefined => {
      calls += 1;
      return undefined;
    };
    expect(sameOrParsed(Buffer.from(LONG), malformed, last)).toBeUndefined();
    expect(sameOrParsed(Buffer.from(LONG), malformed, last)).toBeUndefined();
    expect(calls).toBe(1);
    const failing = (): never => {
      throw new Error('a bug');
    };
    expect(() => sameOrParsed(Buffer.from(LONG), failing, last)).toThrow('a bug');
    expect(() => sameOrParsed(Buffer.from(LONG), failing, last)).toThrow('a bug');
  });

  it('remembers nothing where there is no place for it, or where the text is short', () => {
    expect(sameOrParsed(Buffer.from(LONG), parse, undefined)).toEqual({ text: LONG });
    const last = nothingParsed();
    const first = sameOrParsed(Buffer.from('4096\n'), parse, last);
    expect(sameOrParsed(Buffer.from('4096\n'), parse, last)).not.toBe(first);
  });

  it('holds nothing of a file that somebody made long', () => {
    const last = nothingParsed();
    const bytes = Buffer.alloc(20_000, 'x');
    const first = parse(bytes);
    expect(sameOrParsed(bytes, parse, last)).toEqual(first);
    expect(last).toEqual(nothingParsed());
  });
});
