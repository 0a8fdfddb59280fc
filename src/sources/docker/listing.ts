import type { DockerClient } from './client.ts';
import { createEventFeed, type EventFeed } from './event-feed.ts';
import { ACTIONS } from './events.ts';
import type { Inventory } from './inventory.ts';
import { parseList } from './list.ts';
import type { EngineVersion } from './version.ts';

export type ListingOptions = {
  readonly client: DockerClient;
  readonly inventory: Inventory;
  readonly relistIntervalMs: number;
  readonly now: () => number;
  readonly random: () => number;
};

/** Which containers there are: a list, and the events that follow it. */
export type Listing = {
  readonly feed: EventFeed;
  /** Undefined until the engine was reached, and again after `reset`. */
  version(): EngineVersion | undefined;
  isDue(): boolean;
  /** Asks for the list, after having begun to listen; the inventory knows then what has to be inspected. */
  run(signal: AbortSignal): Promise<EngineVersion>;
  /** After a failure: the engine that comes back is met as if for the first time. */
  reset(): void;
};

const JITTER = 0.1;
/** How far back events are asked for: covers the moment between a subscription and the list that follows it. */
const OVERLAP_MS = 2_000;
const ACTIVE_STATUSES = ['running', 'paused', 'restarting'];
/** Podman refuses states it does not have. */
const ACTIVE_STATUSES_PODMAN = ['running', 'paused'];

export function createListing(options: ListingOptions): Listing {
  const { client, inventory, relistIntervalMs, now, random } = options;
  let version: EngineVersion | undefined;
  let nextAtMs = 0;

  const feed = createEventFeed({
    open: (signal) => client.events(eventsRequest(version, now()), signal),
    onChanged: inventory.markDirty,
    now,
    random,
  });
  const isDeaf = (): boolean => !feed.isOpen() || inventory.overflowed();
  // The second condition holds where the clock was set back.
  const isTime = (): boolean => now() >= nextAtMs || now() < nextAtMs - 2 * relistIntervalMs;

  return {
    feed,
    version: () => version,
    isDue: () => version === undefined || isDeaf() || isTime(),
    run: async (signal) => {
      version ??= await client.negotiate(signal);
      if (isDeaf()) {
        feed.open();
        inventory.markAllDirty();
      }
      const status = version.runtime === 'podman' ? ACTIVE_STATUSES_PODMAN : ACTIVE_STATUSES;
      const entries = parseList(await client.list({ status }, signal));
      if (entries === undefined)
        throw Object.assign(new Error('GET /containers/json gave no list'), { code: 'GARBAGE' });
      inventory.reconcile(entries);
      nextAtMs = now() + relistIntervalMs * (1 + JITTER * (2 * random() - 1));
      return version;
    },
    reset: () => {
      version = undefined;
      feed.close();
    },
  };
}

function eventsRequest(version: EngineVersion | undefined, nowMs: number) {
  // Podman names some actions otherwise; there all of them come, and the parser picks.
  const filters =
    version?.runtime === 'podman' ? { type: ['container'] } : { type: ['container'], event: [...ACTIONS] };
  return { filters, sinceSeconds: Math.max(0, Math.floor((nowMs - OVERLAP_MS) / 1000)) };
}
