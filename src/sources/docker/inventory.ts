import type { Container, ContainerState } from '../container.ts';
import { createDirtySet } from './dirty-set.ts';
import type { ListEntry } from './list.ts';

/**
 * What is known of the engine's containers, and which entries are out of date. Does no I/O; events may call
 * `markDirty` at any time.
 */
export type Inventory = {
  containers(): readonly Container[];
  markDirty(id: string): void;
  /** After a gap: nothing that is known is sure. A list has to follow. */
  markAllDirty(): void;
  /** Takes a list of all active containers: forgets the rest, marks what is new or differs. */
  reconcile(entries: readonly ListEntry[]): void;
  hasDirty(): boolean;
  /** The identifiers to ask about now; those come out of the dirty set before they are asked. */
  takeDirty(): readonly string[];
  put(container: Container): void;
  forget(id: string): void;
  /** By identifier or name. */
  find(reference: string): Container | undefined;
  /** True when events came faster than they can be noted: everything has to be listed again. */
  overflowed(): boolean;
  /** How many containers were left out because there are too many. */
  leftOut(): number;
};

const ACTIVE: ReadonlySet<ContainerState> = new Set<ContainerState>(['running', 'paused', 'restarting']);

export function createInventory({ maxContainers }: { readonly maxContainers: number }): Inventory {
  const known = new Map<string, Container>();
  const dirty = createDirtySet({ maxSize: 2 * maxContainers });
  const leftOut = new Set<string>();
  // The same array until something changes, since it is asked for in every cycle.
  let answer: readonly Container[] | undefined;

  const changed = (): void => {
    answer = undefined;
  };

  const forget = (id: string): void => {
    leftOut.delete(id);
    if (known.delete(id)) changed();
  };

  const put = (container: Container): void => {
    if (!ACTIVE.has(container.state)) {
      forget(container.id);
      return;
    }
    if (known.size >= maxContainers && !known.has(container.id)) {
      if (leftOut.size < maxContainers) leftOut.add(container.id);
      return;
    }
    leftOut.delete(container.id);
    known.set(container.id, container);
    changed();
  };

  const markAllDirty = (): void => {
    // What was noted so far is either known, and marked again, or comes with the list that has to follow.
    dirty.clear();
    for (const id of known.keys()) dirty.mark(id);
  };

  const reconcile = (entries: readonly ListEntry[]): void => {
    const listed = new Set(entries.map((entry) => entry.id));
    for (const id of known.keys()) if (!listed.has(id)) known.delete(id);
    changed();
    leftOut.clear();
    let places = maxContainers - known.size;
    for (const { id, state } of entries) {
      const old = known.get(id);
      if (old === undefined && places > 0) {
        places -= 1;
        dirty.mark(id);
      } else if (old === undefined) leftOut.add(id);
      else if (state !== undefined && state !== old.state) dirty.mark(id);
    }
  };

  return {
    containers: () => {
      answer ??= [...known.values()];
      return answer;
    },
    markDirty: dirty.mark,
    markAllDirty,
    reconcile,
    takeDirty: dirty.take,
    put,
    forget,
    find: (reference) => known.get(reference) ?? [...known.values()].find(({ name }) => name === reference),
    hasDirty: () => !dirty.isEmpty(),
    overflowed: dirty.overflowed,
    leftOut: () => leftOut.size,
  };
}
