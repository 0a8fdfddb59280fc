import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextLine, skipBlanks, skipWord, unsignedAt } from '../../src/sources/ascii.ts';

describe('a number in bytes', () => {
  it('is read from where it begins to the first byte that is no digit', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.constantFrom(' ', '\n', 'k', '.5', '\0'), (number, after) => {
        expect(unsignedAt(Buffer.from(`x ${number}${after}`), 2)).toBe(number);
      }),
    );
  });

  it('is undefined where no digit stands, beyond the end, and where it has more than 64 bits', () => {
    expect(unsignedAt(Buffer.from('-1'), 0)).toBeUndefined();
    expect(unsignedAt(Buffer.from('1'), 1)).toBeUndefined();
    expect(unsignedAt(Buffer.from('18446744073709551615\n'), 0)).toBe(2 ** 64);
    expect(unsignedAt(Buffer.from(`${'9'.repeat(21)}\n`), 0)).toBeUndefined();
    expect(unsignedAt(Buffer.from(`${'9'.repeat(5000)}\n`), 0)).toBeUndefined();
  });

  it('is undefined where the bytes end with it, since digits may be missing', () => {
    expect(unsignedAt(Buffer.from('123'), 0)).toBeUndefined();
  });
});

describe('the steps over bytes', () => {
  it('never go back and never beyond the end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(40), (bytes, wanted) => {
        const start = Math.min(wanted, bytes.length);
        for (const step of [skipBlanks, skipWord, nextLine]) {
          const end = step(bytes, start);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(end).toBeLessThanOrEqual(bytes.length);
        }
        if (start < bytes.length) expect(nextLine(bytes, start)).toBeGreaterThan(start);
      }),
    );
  });
});
