import { distance } from 'fastest-levenshtein';

/** Names longer than any of ours are not compared: the comparison's cost grows with the product of the lengths. */
const LONGEST_COMPARED = 100;

/** The nearest of the known names, if it is near enough to be what was meant. Case, `_` and `-` do not count. */
export function findNearest(name: string, known: Iterable<string>): string | undefined {
  if (name.length > LONGEST_COMPARED) return undefined;
  const wanted = simplify(name);
  let nearest: { name: string; edits: number } | undefined;
  for (const candidate of known) {
    const edits = distance(wanted, simplify(candidate));
    if (edits < (nearest?.edits ?? Number.POSITIVE_INFINITY)) nearest = { name: candidate, edits };
  }
  if (nearest === undefined) return undefined;
  const tolerated = sameLetters(wanted, simplify(nearest.name)) ? 2 : Math.max(1, Math.floor(wanted.length / 3));
  return nearest.edits <= tolerated ? nearest.name : undefined;
}

/** Two letters in the wrong order count as two edits, which a short name would otherwise not be allowed. */
function sameLetters(one: string, other: string): boolean {
  return [...one].sort().join('') === [...other].sort().join('');
}

/**
 * What an unknown key was probably meant to be: a key beside it, else the same name in another section, else the
 * nearest of all. `siblings` are names at the same place, `keys` all dotted paths.
 */
export function suggestKey(path: string, siblings: readonly string[], keys: readonly string[]): string | undefined {
  const parent = path.includes('.') ? path.slice(0, path.lastIndexOf('.') + 1) : '';
  const name = path.slice(parent.length);
  const beside = findNearest(name, siblings);
  if (beside !== undefined) return parent + beside;
  return keys.find((key) => simplify(lastName(key)) === simplify(name)) ?? findNearest(path, keys);
}

function lastName(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}

function simplify(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, '');
}
