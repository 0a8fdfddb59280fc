const RFC3339 = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,12}))?(Z|[+-]\d{2}:\d{2})$/;

/**
 * Unix milliseconds, rounded down, of a time as the engine writes it (RFC 3339 with up to nanoseconds).
 * Undefined for anything else and for the zero time `0001-01-01T00:00:00Z`, which means "never".
 */
export function parseTimestampMs(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [, seconds, fraction = '', zone] = match;
  const milliseconds = fraction.slice(0, 3).padEnd(3, '0');
  const unixMs = Date.parse(`${seconds}.${milliseconds}${zone}`);
  return Number.isSafeInteger(unixMs) && unixMs > 0 ? unixMs : undefined;
}
