const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** The longest escape: a string that was cut may end within one. */
const ESCAPE_LENGTH = 6;

/** What is left of a text that comes in pieces; the rest is counted only. */
export type Kept = {
  readonly pieces: Buffer[];
  bytes: number;
  isCut: boolean;
};

export function keep(kept: Kept, piece: Buffer, maxBytes: number): void {
  const room = maxBytes - kept.bytes;
  if (piece.length > room) kept.isCut = true;
  if (room <= 0 || piece.length === 0) return;
  // A copy, so that a few bytes do not keep all that was received with them.
  const part = Buffer.from(piece.subarray(0, room));
  kept.pieces.push(part);
  kept.bytes += part.length;
}

/** Where in a chunk the string ends that goes on there: the position of its quote, or -1 and what the next chunk begins with. */
export function endOfString(chunk: Buffer, start: number, isEscaped: boolean): { end: number; isEscaped: boolean } {
  let from = isEscaped ? start + 1 : start;
  if (from > chunk.length) return { end: -1, isEscaped };
  for (;;) {
    const quote = chunk.indexOf(QUOTE, from);
    const end = quote < 0 ? chunk.length : quote;
    let backslashes = 0;
    while (end - 1 - backslashes >= from && chunk[end - 1 - backslashes] === BACKSLASH) backslashes += 1;
    if (quote < 0) return { end: -1, isEscaped: backslashes % 2 === 1 };
    if (backslashes % 2 === 0) return { end: quote, isEscaped: false };
    from = quote + 1;
  }
}

/** The value of a string, without its quotes; undefined where it is none. */
export function stringOf({ pieces, isCut }: Kept): string | undefined {
  const written = Buffer.concat(pieces).toString();
  for (let dropped = 0; dropped <= (isCut ? ESCAPE_LENGTH : 0); dropped++) {
    const value = parsed(`"${dropped > 0 ? written.slice(0, -dropped) : written}"`);
    if (typeof value === 'string') return value;
  }
  return undefined;
}

/**
 * The value of a number or a word; undefined where it is none, or longer than any is written. A number that is larger than any
 * becomes null, as JSON writes it.
 */
export function scalarOf({ pieces, isCut }: Kept): unknown {
  const value = isCut ? undefined : parsed(Buffer.concat(pieces).toString());
  return typeof value === 'number' && !Number.isFinite(value) ? null : value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
