import { maskAddress } from './address-formats.ts';
import { describeAllowed, type Property } from './property.ts';

const LONGEST_SHOWN = 80;

/** Says everything that is wrong with the configuration at once; secrets are not in it. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
    super([`the configuration has ${count}:`, ...problems.map((problem) => `  ${problem}`)].join('\n'));
    this.problems = problems;
  }
}

export type ProblemParts = {
  readonly origin: string;
  readonly key?: string;
  readonly wrong: string;
  readonly got?: string;
  readonly allowed?: string;
  readonly suggestion?: string | undefined;
};

/** `origin: key: what is wrong: got VALUE; allowed: …; did you mean 'x'?` */
export function formatProblem(parts: ProblemParts): string {
  const subject = [parts.origin, parts.key, parts.wrong].filter((part) => part !== undefined).join(': ');
  const details = [
    ...(parts.got === undefined ? [] : [`got ${parts.got}`]),
    ...(parts.allowed === undefined ? [] : [`allowed: ${parts.allowed}`]),
    ...(parts.suggestion === undefined ? [] : [`did you mean '${parts.suggestion}'?`]),
  ].join('; ');
  if (details === '') return subject;
  return parts.got === undefined ? `${subject}; ${details}` : `${subject}: ${details}`;
}

/** The problem with a value of a declared key. */
export function formatValueProblem(
  origin: string,
  key: string,
  property: Property,
  wrong: string,
  value: unknown,
  suggestion?: string,
): string {
  return formatProblem({
    origin,
    key,
    wrong,
    got: showValue(property, value),
    allowed: describeAllowed(property),
    suggestion,
  });
}

/** A value for people: short, on one line, and without what is secret. */
export function showValue(property: Property, value: unknown): string {
  if (property.sensitive === true) return 'a value that is not shown';
  if (typeof value === 'string') return shortenText(JSON.stringify(maskText(property, value)));
  if (value instanceof Map) return 'a section';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return shortenText(String(value));
}

/** A text of a key without the secrets that addresses carry. */
export function maskText(property: Property, text: string): string {
  if (property.format === 'endpoint-url' || property.format === 'docker-host') return maskAddress(text);
  return text.replace(/\S+/g, maskWord);
}

/** From the first `://` to the last `@`; by hand, since a pattern would begin anew at each `://` of a long text. */
function maskWord(word: string): string {
  const start = word.indexOf('://');
  const end = word.lastIndexOf('@');
  return start >= 0 && end > start ? `${word.slice(0, start)}://***${word.slice(end)}` : word;
}

/** Control characters of a name or text would disturb the terminal, and long ones hide the rest of the message. */
export function shortenText(text: string): string {
  const oneLine = text.replace(/\p{Cc}+/gu, ' ');
  return oneLine.length > LONGEST_SHOWN ? `${oneLine.slice(0, LONGEST_SHOWN)}…` : oneLine;
}
