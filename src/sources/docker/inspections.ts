import type { OnLimit } from '../../limits.ts';
import type { Logger } from '../../log.ts';
import type { Container } from '../container.ts';
import type { DockerClient } from './client.ts';
import { failureOf } from './failure.ts';
import type { ImageDigests } from './image-digests.ts';
import { parseInspect } from './inspect.ts';
import type { Inventory } from './inventory.ts';
import { withNetworkOwner } from './network-owner.ts';

export type InspectionsOptions = {
  readonly client: DockerClient;
  readonly inventory: Inventory;
  /** Absent: the digests of images are not asked for. */
  readonly imageDigests?: ImageDigests | undefined;
  /** Hears of each answer. */
  readonly onAnswer: () => void;
  readonly onLimit: OnLimit;
  readonly now: () => number;
  readonly log: Logger;
};

/** Asks the engine about the containers whose entries are out of date. */
export type Inspections = {
  /** True when `run` would ask something. */
  areDue(): boolean;
  /**
   * Rejects when the engine itself is away. One container that cannot be inspected costs the others nothing: it keeps
   * the entry it had and is asked again later.
   */
  run(runtime: string): Promise<void>;
};

const PARALLEL = 4;
/** A container whose inspect hangs would otherwise hold up every cycle for the whole time limit. */
const RETRY_AFTER_TIMEOUT_MS = 30_000;

export function createInspections(options: InspectionsOptions): Inspections {
  const { client, inventory, imageDigests, onAnswer, onLimit, now, log } = options;
  /** When to ask again about each container that could not be inspected. */
  const retryAtMs = new Map<string, number>();
  let timeoutsInRow = 0;

  const postpone = (id: string, reason: string, delayMs: number): void => {
    if (!retryAtMs.has(id)) log.warn({ container: id, reason }, 'cannot inspect a container; it is asked again later');
    retryAtMs.set(id, now() + delayMs);
  };

  const onFailure = (id: string, error: unknown): void => {
    const { code, httpStatus, message } = failureOf(error);
    // It ended between list and inspect, which is nothing unusual.
    if (httpStatus === 404) {
      retryAtMs.delete(id);
      inventory.forget(id);
    } else if (httpStatus !== undefined) postpone(id, message, 0);
    else if (code === 'ETIMEDOUT' && timeoutsInRow + 1 < PARALLEL) {
      timeoutsInRow += 1;
      postpone(id, message, RETRY_AFTER_TIMEOUT_MS);
    } else throw error;
  };

  const inspect = async (id: string, runtime: string): Promise<void> => {
    let document: unknown;
    try {
      document = await client.inspect(id);
    } catch (error) {
      onFailure(id, error);
      return;
    }
    timeoutsInRow = 0;
    onAnswer();
    const outcome = parseInspect(document, { runtime, onLimit });
    if (outcome.status === 'invalid') {
      postpone(id, outcome.reason, 0);
      return;
    }
    retryAtMs.delete(id);
    const container = await withDigests(outcome.container, imageDigests);
    inventory.put(await withNetworkOwner(container, { client, inventory }));
  };

  const takeDue = (): string[] => {
    const due = new Set(inventory.takeDirty());
    for (const [id, atMs] of retryAtMs) if (atMs <= now()) due.add(id);
    // The last is asked first.
    return [...due].reverse();
  };

  return {
    areDue: () => inventory.hasDirty() || [...retryAtMs.values()].some((atMs) => atMs <= now()),
    run: async (runtime) => {
      timeoutsInRow = 0;
      const queue = takeDue();
      const worker = async (): Promise<void> => {
        for (let id = queue.pop(); id !== undefined; id = queue.pop()) await inspect(id, runtime);
      };
      try {
        await Promise.all(Array.from({ length: PARALLEL }, worker));
      } finally {
        // Where one worker found the engine away, the others need not ask again.
        queue.length = 0;
      }
    },
  };
}

async function withDigests(container: Container, imageDigests: ImageDigests | undefined): Promise<Container> {
  const { image } = container;
  const repoDigests = image.id === undefined ? undefined : await imageDigests?.of(image.id);
  return repoDigests?.length ? { ...container, image: { ...image, repoDigests } } : container;
}
