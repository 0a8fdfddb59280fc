export type KeyValueEntry =
  | { readonly status: 'ok'; readonly key: string; readonly value: string }
  | { readonly status: 'malformed'; readonly position: number; readonly reason: string };

/**
 * Reads `k=v,k=v` as OpenTelemetry writes it (W3C baggage without properties): keys and values percent-encoded, blanks
 * around them ignored, empty entries skipped. Reasons never quote the text, since it may hold a secret.
 */
export function parseKeyValueList(text: string): readonly KeyValueEntry[] {
  const entries: KeyValueEntry[] = [];
  for (const [index, part] of text.split(',').entries()) {
    if (part.trim() === '') continue;
    entries.push(parseEntry(part, index + 1));
  }
  return entries;
}

function parseEntry(part: string, position: number): KeyValueEntry {
  const separator = part.indexOf('=');
  if (separator < 0) return { status: 'malformed', position, reason: `entry ${position} has no "="` };
  try {
    const key = decodeURIComponent(part.slice(0, separator).trim());
    if (key === '') return { status: 'malformed', position, reason: `entry ${position} has no key` };
    return { status: 'ok', key, value: decodeURIComponent(part.slice(separator + 1).trim()) };
  } catch {
    // URIError is all that decodeURIComponent throws.
    return {
      status: 'malformed',
      position,
      reason: `entry ${position} is not valid percent-encoding (write % as %25)`,
    };
  }
}

/** The entries as a Map, where a later entry beats an earlier one of the same key; or the reason of the first malformed one where there is any. */
export function readKeyValueMap(
  text: string,
):
  | { readonly status: 'ok'; readonly map: Map<string, string> }
  | { readonly status: 'malformed'; readonly reason: string } {
  const map = new Map<string, string>();
  for (const entry of parseKeyValueList(text)) {
    if (entry.status === 'malformed') return { status: 'malformed', reason: entry.reason };
    map.set(entry.key, entry.value);
  }
  return { status: 'ok', map };
}
