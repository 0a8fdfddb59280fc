import { MAX_INPUT_BYTES } from './bytes.ts';

/** One parser, what it is given, and what must come of it. */
export type FuzzTarget = {
  /** The exported functions that it is about, as `src/path.ts name`; the first names the target. */
  readonly covers: readonly [string, ...string[]];
  readonly seeds: readonly Buffer[];
  /** Whether the damage knows that the seeds are JSON. */
  readonly isJson?: boolean;
  /** Parses, and throws Unsound where the answer is not what the type says. */
  readonly run: (bytes: Buffer) => void | Promise<void>;
  /** Errors that the parser may throw, which say to people what is wrong. */
  readonly allows?: (error: unknown) => boolean;
  /** How long one input may take, where it is not the usual time. */
  readonly limitMs?: number;
  /** Whether the quick run has fewer inputs of it. */
  readonly isSlow?: boolean;
};

export class Unsound extends Error {
  override readonly name = 'Unsound';
}

export type Soundness = {
  /** Whether numbers may be negative. */
  readonly signed?: boolean;
  readonly maxText?: number;
};

/** Numbers are finite, and not negative where the kernel's are; texts are bounded; nothing is a function or a symbol. */
export function expectSound(
  value: unknown,
  { signed = false, maxText = Number.POSITIVE_INFINITY }: Soundness = {},
): void {
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || (!signed && value < 0)) throw new Unsound(`a number is ${value}`);
  } else if (typeof value === 'string') {
    if (value.length > maxText) throw new Unsound(`a text has ${value.length} characters`);
  } else if (typeof value === 'object' && value !== null) {
    if (value instanceof Map) for (const key of value.keys()) expectSound(key, { signed, maxText });
    else for (const key of Object.keys(value)) expectSound(key, { maxText });
    for (const item of value instanceof Map ? value.values() : Object.values(value))
      expectSound(item, { signed, maxText });
  } else if (value !== undefined && typeof value !== 'boolean' && value !== null) {
    throw new Unsound(`a value is a ${typeof value}`);
  }
}

/** It was thrown on purpose, to be read by people. */
export const isPlainError = (error: unknown): boolean =>
  error instanceof Error && error.constructor === Error && error.message !== '' && error.message.length < MAX_REASON;

/** One that quotes its input, in which each character may become six. */
const MAX_REASON = 7 * MAX_INPUT_BYTES;
