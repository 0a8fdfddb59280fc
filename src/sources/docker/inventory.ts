import { LIMITS, type OnLimit } from '../../limits.ts';
import type { Container, ContainerState } from '../container.ts';
import { createDirtySet } from './dirty-set.ts';
import type { ListEntry } from './list.ts';
import { createStopped } from './stopped.ts';

/**
 * What is known of the engine's containers, and which entries are out of date. Does no I/O; events may call
 * `markDirty` at any time.
 */
export type Inventory = {
  containers(): readonly Container[];
  markDirty(id: string): void;
  /** After a gap: nothing that is known is sure. A list has to follow. */
  markAllDirty(): void;
  /** Takes a list of all active containers: marks what is new or differs, and what is not active any more. */
  reconcile(entries: readonly ListEntry[]): void;
  /** Takes a list of containers that do not run, and marks those that stopped a short time ago. */
  reconcileStopped(entries: readonly ListEntry[]): void;
  /** Forgets the stopped containers whose time has passed. */
  expire(): void;
  hasDirty(): boolean;
  /** The identifiers to ask about now; those come out of the dirty set before they are asked. */
  takeDirty(): readonly string[];
  put(container: Container): void;
  forget(id: string): void;
  has(id: string): boolean;
  /** By identifier or name. */
  find(reference: string): Container | undefined;
  /** True when events came faster than they can be noted: everything has to be listed again. */
  overflowed(): boolean;
  /** How many containers were left out because there are too many. */
  leftOut(): number;
};

export type InventoryOptions = {
  readonly maxContainers: number;
  /** Of entries that are out of date. */
  readonly maxBacklog: number;
  /** How long containers that do not run are spoken of; 0: not at all. */
  readonly stoppedRetentionMs: number;
  readonly onLimit: OnLimit;
  readonly now: () => number;
};

/** Of containers that do not run. */
const MAX_STOPPED = LIMITS.stoppedContainers.max;
const ACTIVE: ReadonlySet<ContainerState> = new Set<ContainerState>(['running', 'paused', 'restarting']);

export function createInventory(options: InventoryOptions): Inventory {
  const { maxContainers, stoppedRetentionMs, onLimit, now } = options;
  const known = new Map<string, Container>();
  const stopped = createStopped({ retentionMs: stoppedRetentionMs, maxStopped: MAX_STOPPED, onLimit });
  const dirty = createDirtySet({ maxSize: options.maxBacklog, onOverflow: () => onLimit('eventBacklog') });
  const leftOut = new Set<string>();
  // The same array until something changes, since it is asked for in every cycle.
  let answer: readonly Container[] | undefined;

  const changed = (): void => {
    answer = undefined;
  };

  const forget = (id: string): void => {
    leftOut.delete(id);
    const wasStopped = stopped.delete(id);
    if (known.delete(id) || wasStopped) changed();
  };

  const put = (container: Container): void => {
    if (!ACTIVE.has(container.state)) {
      leftOut.delete(container.id);
      known.delete(container.id);
      stopped.put(container, now());
      changed();
      return;
    }
    stopped.delete(container.id);
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
    for (const { id } of stopped.values()) dirty.mark(id);
  };

  const reconcile = (entries: readonly ListEntry[]): void => {
    const listed = new Set(entries.map((entry) => entry.id));
    // Stopped or removed: the answer about each says which.
    for (const id of known.keys()) if (!listed.has(id)) dirty.mark(id);
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
      answer ??= [...known.values(), ...stopped.values()];
      return answer;
    },
    markDirty: dirty.mark,
    markAllDirty,
    reconcile,
    reconcileStopped: (entries) => {
      const unknown = entries.filter(({ id }) => !known.has(id) && stopped.get(id) === undefined);
      for (const { id } of stopped.choose(unknown)) dirty.mark(id);
    },
    expire: () => {
      if (stopped.expire(now())) changed();
    },
    takeDirty: dirty.take,
    put,
    forget,
    has: (id) => known.has(id) || stopped.get(id) !== undefined,
    find: (reference) =>
      known.get(reference) ??
      stopped.get(reference) ??
      [...known.values(), ...stopped.values()].find(({ name }) => name === reference),
    hasDirty: () => !dirty.isEmpty(),
    overflowed: dirty.overflowed,
    leftOut: () => leftOut.size,
  };
}
