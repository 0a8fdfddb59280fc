import { LIMITS } from '../../limits.ts';

/** What is taken of a document: all of it, or of an object (or of each in a list) the members that are named. */
export type Shape = true | { readonly [member: string]: Shape };

export type JsonTreeOptions = {
  readonly shape: Shape;
  /** Members kept of one object or list that is taken whole. */
  readonly maxMembers: number;
  /** Bytes kept of the whole document. */
  readonly maxBytes: number;
};

/** What may come next. */
export type Expected = 'value' | 'key' | 'colon' | 'comma';

/** The part of a document that is wanted, as it grows. What breaks the rules of JSON is answered with false. */
export type JsonTree = {
  expected(): Expected;
  separate(separator: 'colon' | 'comma' | undefined): boolean;
  /** Whether the member's name that comes next is worth a look. */
  isNameWanted(): boolean;
  /** Whether the value that comes next is; to be asked once for each. */
  isValueWanted(): boolean;
  name(name: string, bytes: number): void;
  /** A value that is neither an object nor a list; `isWanted` as it was answered. */
  put(value: unknown, isWanted: boolean, bytes: number): void;
  open(isArray: boolean): boolean;
  close(isArray: boolean): boolean;
  /** Whether nothing is open. */
  isClosed(): boolean;
  root(): unknown;
  leftOut(): number;
};

type Frame = {
  readonly isArray: boolean;
  /** Absent: nothing of it is wanted. */
  readonly target: unknown[] | Record<string, unknown> | undefined;
  readonly shape: Shape | undefined;
  /** Of the member that is being read. */
  key: string;
  members: number;
  expected: Expected;
  isEmpty: boolean;
};

const MAX_DEPTH = LIMITS.engineDepth.max;

export function createJsonTree({ shape, maxMembers, maxBytes }: JsonTreeOptions): JsonTree {
  const frames: Frame[] = [];
  let root: unknown;
  let keptBytes = 0;
  let leftOut = 0;

  const isFull = (frame: Frame): boolean =>
    keptBytes >= maxBytes || (frame.shape === true && frame.members >= maxMembers);

  /** Of the value that comes next; undefined where it is not wanted. */
  const nextShape = (): Shape | undefined => {
    const frame = frames.at(-1);
    if (!frame) return shape;
    const wanted = shapeWithin(frame);
    if (wanted === undefined || !isFull(frame)) return wanted;
    leftOut += 1;
    return undefined;
  };

  const attach = (value: unknown, isWanted: boolean): void => {
    const frame = frames.at(-1);
    if (!frame) root = value;
    else {
      frame.expected = 'comma';
      frame.isEmpty = false;
      if (isWanted) add(frame, value);
    }
  };

  return {
    expected: () => frames.at(-1)?.expected ?? 'value',
    separate: (separator) => {
      const frame = frames.at(-1);
      if (!frame || frame.expected !== separator) return false;
      frame.expected = separator === 'comma' && !frame.isArray ? 'key' : 'value';
      return true;
    },
    isNameWanted: () => {
      const frame = frames.at(-1);
      return frame?.shape !== undefined && !isFull(frame);
    },
    isValueWanted: () => nextShape() !== undefined,
    name: (name, bytes) => {
      const frame = frames.at(-1)!;
      frame.key = name;
      frame.isEmpty = false;
      frame.expected = 'colon';
      // A name that is only looked up is not kept.
      if (frame.shape === true) keptBytes += bytes;
    },
    put: (value, isWanted, bytes) => {
      if (isWanted) keptBytes += bytes;
      attach(value, isWanted);
    },
    open: (isArray) => {
      if (frames.length >= MAX_DEPTH) return false;
      const wanted = nextShape();
      const target = wanted === undefined ? undefined : isArray ? [] : {};
      attach(target, target !== undefined);
      const expected = isArray ? 'value' : 'key';
      frames.push({ isArray, target, shape: wanted, key: '', members: 0, expected, isEmpty: true });
      return true;
    },
    close: (isArray) => {
      const frame = frames.pop();
      return frame?.isArray === isArray && (frame.expected === 'comma' || frame.isEmpty);
    },
    isClosed: () => frames.length === 0,
    root: () => root,
    leftOut: () => leftOut,
  };
}

function shapeWithin({ shape, isArray, key }: Frame): Shape | undefined {
  if (shape === undefined || shape === true || isArray) return shape;
  return Object.hasOwn(shape, key) ? shape[key] : undefined;
}

function add(frame: Frame, value: unknown): void {
  frame.members += 1;
  if (Array.isArray(frame.target)) frame.target.push(value);
  // A plain assignment would set the prototype where a member is called __proto__.
  else Object.defineProperty(frame.target, frame.key, { value, enumerable: true, writable: true, configurable: true });
}
