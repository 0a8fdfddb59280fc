import type { Logger } from '../../log.ts';
import type { EventFeed } from './event-feed.ts';
import { failureOf } from './failure.ts';
import type { Inventory } from './inventory.ts';

/** Says once what makes discovery worse than it could be, and again when it came back after having gone. */
export function createWarnings(parts: {
  readonly inventory: Inventory;
  readonly feed: EventFeed;
  readonly log: Logger;
}): { check(): void } {
  let saidFull = false;
  let saidDeaf = false;
  return {
    check: (): void => {
      const leftOut = parts.inventory.leftOut();
      if (leftOut > 0 && !saidFull) parts.log.warn({ leftOut }, 'there are more containers than are measured');
      saidFull = leftOut > 0;
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
