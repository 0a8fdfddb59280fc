import type { Logger } from '../../log.ts';
import type { Container } from '../container.ts';
import type { DockerClient } from './client.ts';
import { failureOf } from './failure.ts';
import { isContainerId, parseInspect } from './inspect.ts';
import type { Inventory } from './inventory.ts';
import { field } from './json.ts';

export type InspectionsOptions = {
  readonly client: DockerClient;
  readonly inventory: Inventory;
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
const FULL_ID = /^[0-9a-f]{64}$/;
const REFERENCE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$/;

export function createInspections({ client, inventory, now, log }: InspectionsOptions): Inspections {
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
    const outcome = parseInspect(document, { runtime });
    if (outcome.status === 'invalid') {
      postpone(id, outcome.reason, 0);
      return;
    }
    retryAtMs.delete(id);
    inventory.put(await withNetworkOwner(outcome.container));
  };

  /** Makes an identifier of the name in `container:NAME`; `unknown` where the engine knows no such container. */
  const withNetworkOwner = async (container: Container): Promise<Container> => {
    const { network } = container;
    if (network.kind !== 'container' || FULL_ID.test(network.containerId)) return container;
    const containerId = inventory.find(network.containerId)?.id ?? (await askId(network.containerId));
    return { ...container, network: containerId ? { kind: 'container', containerId } : { kind: 'unknown' } };
  };

  const askId = async (reference: string): Promise<string | undefined> => {
    if (!REFERENCE.test(reference)) return undefined;
    try {
      const id = field(await client.inspect(reference), 'Id');
      return isContainerId(id) ? id : undefined;
    } catch (error) {
      if (failureOf(error).httpStatus === undefined) throw error;
      return undefined;
    }
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
