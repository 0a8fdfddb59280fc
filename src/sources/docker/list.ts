import type { ContainerState } from '../container.ts';
import { isContainerId, parseState } from './inspect.ts';
import { field } from './json.ts';

export type ListEntry = { readonly id: string; readonly state?: ContainerState };

/** Reads the answer of `GET /containers/json`. Undefined when it is no list of containers at all. */
export function parseList(document: unknown): readonly ListEntry[] | undefined {
  if (!Array.isArray(document)) return undefined;
  const entries: ListEntry[] = [];
  for (const item of document) {
    const id = field(item, 'Id');
    const state = parseState(field(item, 'State'));
    if (isContainerId(id)) entries.push({ id, ...(state !== undefined && { state }) });
  }
  return document.length > 0 && entries.length === 0 ? undefined : entries;
}
