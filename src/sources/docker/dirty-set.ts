/** Identifiers whose entries are out of date. Bounded, since events may come faster than anyone takes them out. */
export type DirtySet = {
  mark(id: string): void;
  /** Takes all out. */
  take(): readonly string[];
  isEmpty(): boolean;
  /** True when some could not be noted, until the next `clear`. */
  overflowed(): boolean;
  clear(): void;
};

export type DirtySetOptions = {
  readonly maxSize: number;
  /** Called when the first could not be noted. */
  readonly onOverflow: () => void;
};

export function createDirtySet({ maxSize, onOverflow }: DirtySetOptions): DirtySet {
  const ids = new Set<string>();
  let overflowed = false;

  return {
    mark: (id) => {
      if (ids.size < maxSize) ids.add(id);
      else if (!overflowed && !ids.has(id)) {
        overflowed = true;
        onOverflow();
      }
    },
    take: () => {
      const taken = [...ids];
      ids.clear();
      return taken;
    },
    isEmpty: () => ids.size === 0,
    overflowed: () => overflowed,
    clear: () => {
      ids.clear();
      overflowed = false;
    },
  };
}
