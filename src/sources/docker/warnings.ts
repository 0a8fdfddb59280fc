import type { Logger } from '../../log.ts';
import type { EventFeed } from './event-feed.ts';
import { failureOf } from './failure.ts';

/** Says once what makes discovery worse than it could be, and again when it came back after having gone. */
export function createWarnings(parts: { readonly feed: EventFeed; readonly log: Logger }): { check(): void } {
  let saidDeaf = false;
  return {
    check: (): void => {
      const refusal = failureOf(parts.feed.lastError());
      const isDeaf = !parts.feed.isOpen() && refusal.httpStatus !== undefined;
      if (isDeaf && !saidDeaf) {
        const reason = refusal.message;
        parts.log.warn({ reason }, 'the engine refuses its events; all containers are asked for in each cycle');
      }
      saidDeaf = isDeaf;
    },
  };
}
