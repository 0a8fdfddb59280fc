import { LIMITS, type OnLimit } from '../../limits.ts';
import type { DockerClient, Filters } from './client.ts';
import { createEventFeed, type EventFeed } from './event-feed.ts';
import { ACTIONS, type LifeEvent } from './events.ts';
import type { Inventory } from './inventory.ts';
import { type ListEntry, parseList } from './list.ts';
import type { Lives } from './lives.ts';
import type { EngineVersion } from './version.ts';

export type ListingOptions = {
  readonly client: DockerClient;
  readonly inventory: Inventory;
  readonly relistIntervalMs: number;
  readonly lives: Pick<Lives, 'restart'>;
  readonly onLife: (event: LifeEvent) => void;
  /** Hears of each answer. */
  readonly onAnswer: () => void;
  readonly onLimit: OnLimit;
  /** Whether those that do not run are of interest too. */
  readonly withStopped: boolean;
  readonly now: () => number;
  readonly engineMs: () => number;
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
/** Podman refuses states it does not have. */
const STATUSES = {
  docker: { active: ['running', 'paused', 'restarting'], stopped: ['created', 'exited', 'dead'] },
  podman: { active: ['running', 'paused'], stopped: ['created', 'exited'] },
};
/** An engine may keep any number of stopped containers: the latest created are listed. */
const MAX_LISTED_STOPPED = LIMITS.listedStopped.max;

export function createListing(options: ListingOptions): Listing {
  const { client, inventory, relistIntervalMs, lives, onLife, onAnswer, withStopped, now, engineMs, random } = options;
  let version: EngineVersion | undefined;
  let nextAtMs = 0;

  const feed = createEventFeed({
    open: (signal) => {
      lives.restart();
      return client.events(eventsRequest({ version, nowMs: engineMs(), withStopped }), signal);
    },
    onChanged: inventory.markDirty,
    onLife,
    onLimit: options.onLimit,
    now,
    random,
  });
  const isDeaf = (): boolean => !feed.isOpen() || inventory.overflowed();
  const isTime = (): boolean => now() >= nextAtMs;

  const list = async (filters: Filters, signal: AbortSignal, limit?: number): Promise<readonly ListEntry[]> => {
    const answer = await client.list(filters, signal, limit);
    onAnswer();
    const entries = parseList(answer, engineMs());
    if (entries === undefined) throw Object.assign(new Error('GET /containers/json gave no list'), { code: 'GARBAGE' });
    return entries;
  };

  return {
    feed,
    version: () => version,
    isDue: () => version === undefined || isDeaf() || isTime(),
    run: async (signal) => {
      if (!version) {
        version = await client.negotiate(signal);
        onAnswer();
      }
      const wasDeaf = isDeaf();
      if (wasDeaf) {
        feed.open();
        inventory.markAllDirty();
      }
      const { active, stopped } = STATUSES[version.runtime];
      inventory.reconcile(await list({ status: active }, signal));
      // While the events are heard they tell of each end, and nothing else brings a container into this list.
      if (wasDeaf && withStopped)
        inventory.reconcileStopped(await list({ status: stopped }, signal, MAX_LISTED_STOPPED));
      nextAtMs = now() + relistIntervalMs * (1 + JITTER * (2 * random() - 1));
      return version;
    },
    reset: () => {
      version = undefined;
      feed.close();
    },
  };
}

type EventsRequest = {
  readonly version: EngineVersion | undefined;
  readonly nowMs: number;
  readonly withStopped: boolean;
};

function eventsRequest({ version, nowMs, withStopped }: EventsRequest) {
  const event = ACTIONS.filter((action) => withStopped || action !== 'create');
  // Podman names some actions otherwise; there all of them come, and the parser picks.
  const filters = version?.runtime === 'podman' ? { type: ['container'] } : { type: ['container'], event };
  return { filters, sinceSeconds: Math.max(0, Math.floor((nowMs - OVERLAP_MS) / 1000)) };
}
