import picomatch from 'picomatch';

/** No name is longer, and what a much longer one is compiled to is more than an engine takes. */
export const LONGEST_GLOB = 4_096;

/** A glob over plain texts: `*` also matches slashes, as image names have them, and line ends, as labels may. One that is too long matches nothing. */
export function glob(pattern: string): (text: string) => boolean {
  if (pattern.length > LONGEST_GLOB) return () => false;
  if (pattern === '') return (text) => text === '';
  const matches = picomatch(pattern, { bash: true, dot: true, nonegate: true, flags: 's' });
  // Given a second argument, as by Array.some, it would answer an object, which is always true.
  return (text) => matches(text);
}
