import type { Parse } from './kernel-files.ts';

/** What was parsed last of a file that is read again and again. */
export type LastParsed = { bytes?: Buffer; length: number; parse?: Parse<unknown>; value?: unknown };

export const nothingParsed = (): LastParsed => ({ length: -1 });

/** Shorter files are parsed sooner than compared. */
const LEAST_BYTES = 32;

/** No file of a container that does nothing unusual is longer; a longer one is parsed each time, so that little is held. */
const MOST_BYTES = 16 * 1024;

/**
 * While a file says the same, it is not parsed again: the answer is the same object, which nobody may change. Who finds the
 * same object again also knows that nothing is new.
 */
export function sameOrParsed<T>(bytes: Buffer, parse: Parse<T>, last: LastParsed | undefined): T | undefined {
  if (!last || bytes.length < LEAST_BYTES || bytes.length > MOST_BYTES) return parse(bytes);
  const isSame =
    last.parse === parse && last.length === bytes.length && bytes.compare(last.bytes!, 0, last.length) === 0;
  if (isSame) return last.value as T | undefined;
  // Whatever `parse` throws, these bytes were not parsed.
  last.length = -1;
  last.value = parse(bytes);
  last.parse = parse;
  if (!last.bytes || last.bytes.length < bytes.length) last.bytes = Buffer.allocUnsafe(bytes.length);
  last.length = bytes.copy(last.bytes);
  return last.value as T | undefined;
}
