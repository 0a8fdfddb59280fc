import { LIMITS, type OnLimit } from '../../limits.ts';
import type { Logger } from '../../log.ts';
import type { Container, Discovery } from '../container.ts';
import { createDockerClient, type DockerClient, type DockerClientOptions } from './client.ts';
import { containerOfLife } from './event-container.ts';
import type { LifeEvent } from './events.ts';
import { failureOf } from './failure.ts';
import { createFilesystemSizes } from './filesystem-sizes.ts';
import { createImageDigests } from './image-digests.ts';
import { createInfo, type EngineInfo } from './info.ts';
import { createInspections } from './inspections.ts';
import { createInventory } from './inventory.ts';
import { createListing } from './listing.ts';
import { createLives } from './lives.ts';
import { createPatience } from './patience.ts';
import { createStanding } from './standing.ts';
import { withTimeLimit } from './time-limit.ts';
import { createWarnings } from './warnings.ts';

export type DockerDiscoveryOptions = {
  /** Where the engine is, or a client that is there already; the discovery closes it. */
  readonly client: DockerClientOptions | DockerClient;
  /** Milliseconds between two cycles, which must not wait for the engine until the next one is due; absent: they may. */
  readonly intervalMs?: number;
  /** Milliseconds between two lists without a reason; each time up to a tenth more or less. */
  readonly relistIntervalMs: number;
  /** Milliseconds for which containers that stopped, or were created and not started, are spoken of; 0: not at all. */
  readonly stoppedRetentionMs?: number;
  /** Whether each image is asked for once, for the digests that registries know it by. */
  readonly imageDigests?: boolean;
  /** Whether the sizes of the containers' own layers are asked for, rarely and in the background. */
  readonly filesystemSizes?: boolean;
  /** Called from within the stream of events when a container was started. */
  readonly onStart?: (id: string) => void;
  readonly maxContainers?: number;
  readonly maxBacklog?: number;
  readonly maxRuns?: number;
  readonly onLimit?: OnLimit;
  /** Unix time in milliseconds that never falls, however the wall clock is set. */
  readonly now: () => number;
  /** The time of which the engine speaks, the wall clock's; absent: `now`. */
  readonly engineMs?: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly log: Logger;
};

export type DockerDiscovery = Discovery & {
  /** Asked once, on first use; undefined while the engine is away or refuses to say. */
  info(): Promise<EngineInfo | undefined>;
  /** How often the stream of events broke off. After each time everything is asked again. */
  gaps(): number;
  /** Runs of containers that began and ended without having been reported to `seen`. */
  unseen(): number;
  /** The present run of this container was measured, or is not to be. */
  seen(id: string): void;
  /** The last run of this container was measured after its end. */
  seenAtEnd(id: string): void;
  /** Event lines that could not be read. */
  garbageLines(): number;
};

/** The parts of an interval for which a cycle waits for an engine, and for the next answer of one that hangs. */
const PATIENCE = 0.5;
const IMPATIENCE = 0.1;
const DEFAULT_MAX_CONTAINERS = LIMITS.containers.max;
/** Told of in one cycle; all others are only counted. */
const MAX_SHORT_LIVED = LIMITS.shortLived.max;

/**
 * Finds containers through the API of Docker or Podman: lists and inspects once, then follows events, and asks nothing
 * while nothing changes (but for a list each `relistIntervalMs`). Events only mark; all asking is done in `current()`.
 * Throws where the client's host cannot be used. An engine that is away is no error, but a status.
 */
export function createDockerDiscovery(options: DockerDiscoveryOptions): DockerDiscovery {
  const { now, engineMs = now, random, log, relistIntervalMs, onLimit = () => undefined } = options;
  const client = 'negotiate' in options.client ? options.client : createDockerClient({ onLimit, ...options.client });
  const { intervalMs = Number.POSITIVE_INFINITY } = options;
  const patience = createPatience({
    fullMs: Math.min(client.timeoutMs, PATIENCE * intervalMs),
    shortMs: Math.min(client.timeoutMs, IMPATIENCE * intervalMs),
  });
  const { maxContainers = DEFAULT_MAX_CONTAINERS, stoppedRetentionMs = 0 } = options;
  const inventory = createInventory({
    maxContainers,
    maxBacklog: options.maxBacklog ?? LIMITS.eventBacklog.max,
    stoppedRetentionMs,
    onLimit,
    now,
  });
  const lives = createLives({ maxRuns: options.maxRuns ?? LIMITS.runs.max, onLimit, sinceMs: engineMs() });
  const withStopped = stoppedRetentionMs > 0;
  const onLife = (event: LifeEvent): void => {
    lives.note(event);
    if (event.what === 'start') options.onStart?.(event.id);
  };
  const listing = createListing({
    client,
    inventory,
    lives,
    onLife,
    onAnswer: patience.answered,
    onLimit,
    relistIntervalMs,
    withStopped,
    now,
    engineMs,
    random,
  });
  const imageDigests = options.imageDigests ? createImageDigests({ client, onLimit, now }) : undefined;
  const filesystemSizes = options.filesystemSizes ? createFilesystemSizes({ client, now }) : undefined;
  const inspections = createInspections({
    client,
    inventory,
    imageDigests,
    onAnswer: patience.answered,
    onLimit,
    now,
    log,
  });
  const standing = createStanding({ label: client.label, log });
  const warnings = createWarnings({ feed: listing.feed, log });
  let refreshing: Promise<void> | undefined;
  let closed = false;

  const refresh = async (): Promise<void> => {
    const startedAtMs = performance.now();
    try {
      const known = listing.isDue() ? undefined : listing.version();
      const { runtime } = known ?? (await withTimeLimit(client, listing.run));
      standing.ok(runtime);
      await inspections.run(runtime);
      warnings.check();
      patience.finished({ tookMs: performance.now() - startedAtMs });
    } catch (error) {
      if (closed) return;
      const failure = failureOf(error);
      standing.away(failure);
      patience.finished(failure.code === 'ETIMEDOUT' ? 'timed out' : { tookMs: 0 });
      listing.reset();
    }
  };

  /** Containers that were started and removed since the last cycle: nobody will ever hear of them again. */
  const shortLived = (): readonly Container[] => {
    const gone = lives.settle().filter(({ start }) => withStopped && !inventory.has(start.id));
    const runtime = listing.version()?.runtime ?? 'docker';
    return gone.slice(-MAX_SHORT_LIVED).map((life) => containerOfLife(life, { runtime }));
  };

  return {
    current: async (): Promise<readonly Container[]> => {
      if (!closed && (refreshing !== undefined || listing.isDue() || inspections.areDue())) {
        refreshing ??= refresh().finally(() => {
          refreshing = undefined;
        });
        await patience.wait(refreshing);
      }
      inventory.expire();
      if (inventory.leftOut() > 0) onLimit('containers', inventory.leftOut());
      const containers = inventory.containers();
      return [...(filesystemSizes?.addTo(containers) ?? containers), ...shortLived()];
    },
    status: standing.status,
    info: createInfo(client, listing.version),
    gaps: listing.feed.gaps,
    unseen: lives.unseen,
    seen: lives.seen,
    seenAtEnd: lives.seenAtEnd,
    garbageLines: listing.feed.garbageLines,
    close: async () => {
      closed = true;
      listing.feed.close();
      await filesystemSizes?.close();
      client.close();
      await refreshing;
    },
  };
}
