import type { Readable } from 'node:stream';
import { LIMITS, type OnLimit } from '../../limits.ts';
import { createLineSplitter, type LifeEvent, parseEventBeginning, parseEventLine } from './events.ts';

export type EventFeedOptions = {
  readonly open: (signal: AbortSignal) => Promise<Readable>;
  /** Called from within the stream: must only take a note. */
  readonly onChanged: (id: string) => void;
  /** Likewise. Events from just before a stream was opened come again. */
  readonly onLife: (event: LifeEvent) => void;
  readonly onLimit: OnLimit;
  readonly now: () => number;
  readonly random: () => number;
};

/** The one stream of events. It never reconnects by itself: who needs it opens it again, at his own pace. */
export type EventFeed = {
  /** False: changes may have been missed since it was last true. */
  isOpen(): boolean;
  /** Begins to listen, unless it listens already or broke off too often to try again now. Returns at once. */
  open(): void;
  close(): void;
  /** How often the stream broke off. */
  gaps(): number;
  /** Lines that were no events, or too long to be one. */
  garbageLines(): number;
  /** Why it last broke off; undefined after a mere end. */
  lastError(): unknown;
};

const MAX_LINE_BYTES = LIMITS.eventLine.max;
/** A stream that lived this long was a good one: after it the next is opened without waiting. */
const LONG_LIFE_MS = 10_000;
const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 60_000;

type Listening = { readonly controller: AbortController; readonly openedAtMs: number };

export function createEventFeed(options: EventFeedOptions): EventFeed {
  let listening: Listening | undefined;
  let shortLives = 0;
  let retryAtMs = 0;
  let gaps = 0;
  let garbageLines = 0;
  let lastError: unknown;

  const splitter = () =>
    createLineSplitter({
      maxLineBytes: MAX_LINE_BYTES,
      onLine: (line) => {
        const event = parseEventLine(line);
        if (event.kind === 'changed') {
          options.onChanged(event.id);
          if (event.life) options.onLife(event.life);
        } else if (event.kind === 'garbage') garbageLines += 1;
      },
      onOverlong: (beginning) => {
        const event = parseEventBeginning(beginning);
        if (event.kind === 'changed') options.onChanged(event.id);
        else garbageLines += 1;
        options.onLimit('eventLine');
      },
    });

  const broke = (ended: Listening, error: unknown): void => {
    // A stream that was closed here, or has already been reported, is of no interest any more.
    if (listening !== ended) return;
    listening = undefined;
    ended.controller.abort();
    lastError = error;
    gaps += 1;
    const livedMs = options.now() - ended.openedAtMs;
    shortLives = livedMs >= LONG_LIFE_MS ? 0 : shortLives + 1;
    const delayMs = shortLives === 0 ? 0 : Math.min(FIRST_DELAY_MS * 2 ** (shortLives - 1), MAX_DELAY_MS);
    retryAtMs = options.now() + delayMs * (0.5 + options.random() / 2);
  };

  const listen = async (current: Listening): Promise<void> => {
    const stream = await options.open(current.controller.signal);
    const lines = splitter();
    stream.on('data', (chunk: Buffer) => lines.push(chunk));
    stream.on('error', (error) => broke(current, error));
    stream.on('close', () => broke(current, undefined));
    if (stream.destroyed || listening !== current) stream.destroy();
  };

  return {
    isOpen: () => listening !== undefined,
    open: () => {
      if (listening !== undefined || options.now() < retryAtMs) return;
      const current: Listening = { controller: new AbortController(), openedAtMs: options.now() };
      listening = current;
      listen(current).catch((error: unknown) => broke(current, error));
    },
    close: () => {
      const current = listening;
      listening = undefined;
      current?.controller.abort();
    },
    gaps: () => gaps,
    garbageLines: () => garbageLines,
    lastError: () => lastError,
  };
}
