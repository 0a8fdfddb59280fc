import { readFileSync } from 'node:fs';

/**
 * Headers of a file, one `NAME: VALUE` on each line; empty lines and those that begin with `#` are passed over. Throws
 * where a line is no header, naming the line and never what it says.
 */
export function parseHeadersFile(text: string): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, name, text = ''] = /^([!#$%&'*+.^_`|~\w-]+):(.*)$/su.exec(line) ?? [];
    const value = text.trim();
    if (name === undefined || /\p{Cc}/u.test(value)) {
      throw new Error(`push.headersFile: line ${index + 1} is not NAME: VALUE`);
    }
    headers[name] = value;
  }
  return headers;
}

/** What must not be logged of these headers: those of the file as it is now. */
export function headerSecrets({
  headers,
  headersFile,
}: {
  readonly headers: Readonly<Record<string, string>>;
  readonly headersFile: string;
}): readonly string[] {
  return [...Object.values(headers), ...valuesOf(headersFile)];
}

/** Of a file that is being written, too, and without an error: what is being said must not be lost for it. */
function valuesOf(path: string): readonly string[] {
  try {
    const lines = path === '' ? [] : readFileSync(path, 'utf8').split(/\r?\n/);
    return lines.map((line) => line.slice(line.indexOf(':') + 1).trim());
  } catch {
    return [];
  }
}
