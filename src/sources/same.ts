/**
 * Whether two readings say the same: plain data, in which the same object may stand for the same data. Two maps with
 * anything in them are not looked into, and count as different.
 */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Map || b instanceof Map) return a instanceof Map && b instanceof Map && a.size + b.size === 0;
  for (const name in a) if (!isSame(a[name as keyof typeof a], b[name as keyof typeof b])) return false;
  for (const name in b) if (!(name in a)) return false;
  return true;
}
