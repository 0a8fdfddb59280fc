import { LIMITS, type OnLimit } from '../../limits.ts';

/** Reads of JSON that others wrote: every answer has the type it says, or is undefined. Nothing here throws. */

/** Longer strings are cut: names and labels come from whoever runs containers. */
export const MAX_TEXT_LENGTH = LIMITS.engineText.max;

export function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

/** A string that is not empty, cut at MAX_TEXT_LENGTH and free of half characters. */
export function text(value: unknown, onLimit?: OnLimit): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  if (value.length <= MAX_TEXT_LENGTH) return value.toWellFormed();
  onLimit?.('engineText', value.length - MAX_TEXT_LENGTH);
  return value.slice(0, MAX_TEXT_LENGTH).toWellFormed();
}

/** A whole number from zero up. */
export function count(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}
