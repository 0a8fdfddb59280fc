import { setTimeout as sleep } from 'node:timers/promises';
import { type Container, isRunning } from '../container.ts';
import type { DockerClient } from './client.ts';
import { count, field } from './json.ts';

/**
 * What containers have written into their own layers. The engine walks a whole tree of files to say it, so it is asked
 * about one container after the other, in the background and rarely, and the last answer stands meanwhile.
 */
export type FilesystemSizes = {
  /** The same containers with what is known; asks for what is not, or not any more. Never waits. */
  addTo(containers: readonly Container[]): readonly Container[];
  close(): Promise<void>;
};

export type FilesystemSizesOptions = {
  readonly client: Pick<DockerClient, 'size'>;
  /** Unix time in milliseconds that never falls. */
  readonly now: () => number;
};

/** How long an answer stands. */
export const SIZE_INTERVAL_MS = 300_000;
/** After each answer the engine is left alone for so many times as long as it took. */
const REST_FACTOR = 9;

type Known = { readonly bytes: number | undefined; readonly atMs: number };

export function createFilesystemSizes({ client, now }: FilesystemSizesOptions): FilesystemSizes {
  const known = new Map<string, Known>();
  const closing = new AbortController();
  let wanted: readonly string[] = [];
  let asking: Promise<void> | undefined;

  const isDue = (id: string): boolean => {
    const last = known.get(id);
    return last === undefined || now() - last.atMs >= SIZE_INTERVAL_MS;
  };

  async function ask(id: string): Promise<void> {
    const startedAtMs = performance.now();
    // One that cannot be asked about has no such value, and is asked about again when its time has come.
    const document = await client.size(id, closing.signal).catch(() => undefined);
    known.set(id, { bytes: count(field(document, 'SizeRw')), atMs: now() });
    const restMs = REST_FACTOR * (performance.now() - startedAtMs);
    await sleep(restMs, undefined, { signal: closing.signal, ref: false });
  }

  async function askAll(): Promise<void> {
    for (let id = wanted.find(isDue); id !== undefined && !closing.signal.aborted; id = wanted.find(isDue))
      await ask(id);
  }

  return {
    addTo(containers) {
      wanted = containers.filter(isRunning).map(({ id }) => id);
      const ids = new Set(wanted);
      for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
      if (!closing.signal.aborted && wanted.some(isDue)) {
        asking ??= askAll()
          // Only closing ends the rest between two questions early.
          .catch(() => undefined)
          .finally(() => {
            asking = undefined;
          });
      }
      return containers.map((container) => {
        const bytes = known.get(container.id)?.bytes;
        return bytes === undefined ? container : { ...container, writableBytes: bytes };
      });
    },
    async close() {
      closing.abort();
      await asking;
    },
  };
}
