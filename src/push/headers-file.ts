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
