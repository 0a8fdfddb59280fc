import { isContainerId } from './inspect.ts';
import { field } from './json.ts';

/** What changes a container's entry. Health checks run `exec` all the time, so those stay with the engine. */
export const ACTIONS = [
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

export type EventLine =
  /** This container is not what it was; what it is now has to be asked. */
  { readonly kind: 'changed'; readonly id: string } | { readonly kind: 'other' } | { readonly kind: 'garbage' };

/** Reads one line of `GET /events`. */
export function parseEventLine(line: string): EventLine {
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch {
    return { kind: 'garbage' };
  }
  const action = field(event, 'Action') ?? field(event, 'status');
  if (typeof action !== 'string') return { kind: 'garbage' };
  // Health events carry the result behind a colon.
  if (field(event, 'Type') !== 'container' || !RELEVANT.has(action.split(':', 1)[0] ?? '')) return { kind: 'other' };
  const id = field(field(event, 'Actor'), 'ID') ?? field(event, 'id');
  return isContainerId(id) ? { kind: 'changed', id } : { kind: 'garbage' };
}

export type LineSplitter = { push(chunk: Buffer): void };

/**
 * Cuts a stream of bytes into lines. A line longer than the limit is never held: it is dropped up to its end and
 * reported once. Empty lines are left out.
 */
export function createLineSplitter(options: {
  readonly maxLineBytes: number;
  readonly onLine: (line: string) => void;
  readonly onOverlong: () => void;
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
      parts = [];
      onOverlong();
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
