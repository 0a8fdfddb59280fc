import { EVENT } from './answer-shapes.ts';
import { isContainerId } from './inspect.ts';
import { field } from './json.ts';
import { createJsonSieve } from './json-sieve.ts';

/** What changes a container's entry. Health checks run `exec` all the time, so those stay with the engine. */
export const ACTIONS = [
  'create',
  'start',
  'restart',
  'die',
  'stop',
  'destroy',
  'pause',
  'unpause',
  'rename',
  'update',
  'health_status',
] as const;

/** Podman's own words for some of them; they arrive where no filter by action can be used. */
const PODMAN_ACTIONS = ['died', 'remove', 'restore', 'init'];

const RELEVANT: ReadonlySet<string> = new Set([...ACTIONS, ...PODMAN_ACTIONS]);

/** The beginning or the end of a container's run. Unix time in milliseconds, with fractions. */
export type LifeEvent = {
  readonly id: string;
  readonly what: 'start' | 'end';
  readonly atMs: number;
  /** Name, image, labels and more, as the engine wrote them. */
  readonly attributes: unknown;
};

export type EventLine =
  /** This container is not what it was; what it is now has to be asked. */
  | { readonly kind: 'changed'; readonly id: string; readonly life?: LifeEvent }
  | { readonly kind: 'other' }
  | { readonly kind: 'garbage' };

const LIFE_ACTIONS: ReadonlyMap<string, LifeEvent['what']> = new Map([
  ['start', 'start'],
  ['die', 'end'],
  ['died', 'end'],
]);

/** Reads one line of `GET /events`. */
export function parseEventLine(line: string): EventLine {
  try {
    return readEvent(JSON.parse(line));
  } catch {
    return { kind: 'garbage' };
  }
}

/** Reads what a line that is too long begins with: which container it is about stands before all that makes it long. */
export function parseEventBeginning(beginning: Buffer): EventLine {
  const sieve = createJsonSieve({ shape: EVENT, maxMembers: Number.POSITIVE_INFINITY, maxBytes: beginning.length });
  sieve.write(beginning);
  return readEvent(sieve.value(false));
}

function readEvent(event: unknown): EventLine {
  const action = field(event, 'Action') ?? field(event, 'status');
  if (typeof action !== 'string') return { kind: 'garbage' };
  // Health events carry the result behind a colon.
  if (field(event, 'Type') !== 'container' || !RELEVANT.has(action.split(':', 1)[0] ?? '')) return { kind: 'other' };
  const id = field(field(event, 'Actor'), 'ID') ?? field(event, 'id');
  if (!isContainerId(id)) return { kind: 'garbage' };
  const what = LIFE_ACTIONS.get(action);
  const atMs = eventTimeMs(event);
  return {
    kind: 'changed',
    id,
    ...(what &&
      atMs !== undefined && { life: { id, what, atMs, attributes: field(field(event, 'Actor'), 'Attributes') } }),
  };
}

function eventTimeMs(event: unknown): number | undefined {
  const [nanos, seconds] = [field(event, 'timeNano'), field(event, 'time')];
  if (typeof nanos === 'number' && nanos > 0) return dateOf(nanos / 1e6);
  return typeof seconds === 'number' && seconds > 0 ? dateOf(seconds * 1_000) : undefined;
}

/** After a time that never comes all later events would seem to have been heard before. */
function dateOf(atMs: number): number | undefined {
  return atMs <= LATEST_MS ? atMs : undefined;
}

/** The year 9999, beyond which no engine writes times. */
const LATEST_MS = Date.UTC(9999, 0);

export type LineSplitter = { push(chunk: Buffer): void };

/**
 * Cuts a stream of bytes into lines. A line longer than the limit is never held: it is dropped up to its end and
 * reported once. Empty lines are left out.
 */
export function createLineSplitter(options: {
  readonly maxLineBytes: number;
  readonly onLine: (line: string) => void;
  /** Gets what the line begins with, up to the limit. */
  readonly onOverlong: (beginning: Buffer) => void;
}): LineSplitter {
  const { maxLineBytes, onLine, onOverlong } = options;
  let parts: Buffer[] = [];
  let heldBytes = 0;
  let skipping = false;

  const hold = (part: Buffer): void => {
    if (skipping || part.length === 0) return;
    heldBytes += part.length;
    if (heldBytes > maxLineBytes) {
      skipping = true;
      const beginning = Buffer.concat([...parts, part]).subarray(0, maxLineBytes);
      parts = [];
      onOverlong(beginning);
    } else parts.push(part);
  };

  const finish = (): void => {
    const line = skipping ? '' : Buffer.concat(parts).toString('utf8').trim();
    parts = [];
    heldBytes = 0;
    skipping = false;
    if (line !== '') onLine(line);
  };

  return {
    push: (chunk) => {
      let start = 0;
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
        hold(chunk.subarray(start, end));
        finish();
        start = end + 1;
      }
      // A copy, so that a few bytes do not keep the whole chunk alive until the next event.
      hold(Buffer.from(chunk.subarray(start)));
    },
  };
}
