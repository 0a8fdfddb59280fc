import type { ContainerState } from '../container.ts';
import { isContainerId, parseState } from './inspect.ts';
import { count, field, text } from './json.ts';

export type ListEntry = {
  readonly id: string;
  readonly state?: ContainerState;
  /** How long ago it stopped or, where it never ran, was created; at least, as the engine's words are rough. */
  readonly stoppedForMs?: number;
};

const MS_OF_UNIT: ReadonlyMap<string, number> = new Map([
  ['second', 1_000],
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
  ['week', 7 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['year', 365 * 86_400_000],
]);

/** Reads the answer of `GET /containers/json`. Undefined when it is no list of containers at all. */
export function parseList(document: unknown, nowMs: number): readonly ListEntry[] | undefined {
  if (!Array.isArray(document)) return undefined;
  const entries: ListEntry[] = [];
  for (const item of document) {
    const id = field(item, 'Id');
    const state = parseState(field(item, 'State'));
    if (!isContainerId(id)) continue;
    const stoppedForMs = state === 'created' ? ageMs(field(item, 'Created'), nowMs) : parseAge(field(item, 'Status'));
    entries.push({ id, ...(state !== undefined && { state }), ...(stoppedForMs !== undefined && { stoppedForMs }) });
  }
  return document.length > 0 && entries.length === 0 ? undefined : entries;
}

/** `createdSeconds` is Unix time. */
function ageMs(createdSeconds: unknown, nowMs: number): number | undefined {
  const seconds = count(createdSeconds);
  return seconds === undefined ? undefined : Math.max(0, nowMs - seconds * 1_000);
}

/** Reads `Exited (0) 5 minutes ago`, which the engine rounds down, and `About an hour ago`. */
function parseAge(status: unknown): number | undefined {
  const words = text(status) ?? '';
  const [, amount = '', unit = ''] = /\b(\d{1,9}|Less than a|About an?) ([a-z]{1,9}?)s? ago$/.exec(words) ?? [];
  const unitMs = MS_OF_UNIT.get(unit);
  if (unitMs === undefined) return undefined;
  if (amount === 'Less than a') return 0;
  return (amount.startsWith('About') ? 1 : Number(amount)) * unitMs;
}
