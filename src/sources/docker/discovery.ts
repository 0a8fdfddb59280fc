import type { Logger } from '../../log.ts';
import type { Container, Discovery } from '../container.ts';
import { createDockerClient, type DockerClient, type DockerClientOptions } from './client.ts';
import { failureOf } from './failure.ts';
import { createInfo, type EngineInfo } from './info.ts';
import { createInspections } from './inspections.ts';
import { createInventory } from './inventory.ts';
import { createListing } from './listing.ts';
import { createStanding } from './standing.ts';
import { withTimeLimit } from './time-limit.ts';
import { createWarnings } from './warnings.ts';

export type DockerDiscoveryOptions = {
  /** Where the engine is, or a client that is there already; the discovery closes it. */
  readonly client: DockerClientOptions | DockerClient;
  /** Milliseconds between two lists without a reason; each time up to a tenth more or less. */
  readonly relistIntervalMs: number;
  readonly maxContainers?: number;
  /** Unix time in milliseconds. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly log: Logger;
};

export type DockerDiscovery = Discovery & {
  /** Asked once, on first use; undefined while the engine is away or refuses to say. */
  info(): Promise<EngineInfo | undefined>;
  /** How often the stream of events broke off. After each time everything is asked again. */
  gaps(): number;
  /** Event lines that could not be read. */
  garbageLines(): number;
};

const DEFAULT_MAX_CONTAINERS = 5000;

/**
 * Finds containers through the API of Docker or Podman: lists and inspects once, then follows events, and asks nothing
 * while nothing changes (but for a list each `relistIntervalMs`). Events only mark; all asking is done in `current()`.
 * Throws where the client's host cannot be used. An engine that is away is no error, but a status.
 */
export function createDockerDiscovery(options: DockerDiscoveryOptions): DockerDiscovery {
  const { now, random, log, relistIntervalMs } = options;
  const client = 'negotiate' in options.client ? options.client : createDockerClient(options.client);
  const inventory = createInventory({ maxContainers: options.maxContainers ?? DEFAULT_MAX_CONTAINERS });
  const listing = createListing({ client, inventory, relistIntervalMs, now, random });
  const inspections = createInspections({ client, inventory, now, log });
  const standing = createStanding({ label: client.label, log });
  const warnings = createWarnings({ inventory, feed: listing.feed, log });
  let refreshing: Promise<void> | undefined;
  let closed = false;

  const refresh = async (): Promise<void> => {
    try {
      const known = listing.isDue() ? undefined : listing.version();
      const { runtime } = known ?? (await withTimeLimit(client, listing.run));
      standing.ok(runtime);
      await inspections.run(runtime);
      warnings.check();
    } catch (error) {
      if (closed) return;
      standing.away(failureOf(error));
      listing.reset();
    }
  };

  return {
    current: async (): Promise<readonly Container[]> => {
      if (!closed && (refreshing !== undefined || listing.isDue() || inspections.areDue())) {
        refreshing ??= refresh().finally(() => {
          refreshing = undefined;
        });
        await settledWithin(refreshing, client.timeoutMs);
      }
      return inventory.containers();
    },
    status: standing.status,
    info: createInfo(client, listing.version),
    gaps: listing.feed.gaps,
    garbageLines: listing.feed.garbageLines,
    close: async () => {
      closed = true;
      listing.feed.close();
      client.close();
      await refreshing;
    },
  };
}

/** Waits for work that goes on where it takes longer. */
async function settledWithin(work: Promise<void>, timeoutMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeoutMs);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}
