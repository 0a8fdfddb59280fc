import type { OnLimit } from '../../limits.ts';
import type { Container } from '../container.ts';
import type { ListEntry } from './list.ts';

export type StoppedOptions = {
  /** How long a container is spoken of after its end, or after its creation where it never ran; 0: not at all. */
  readonly retentionMs: number;
  /** Beyond it those that stopped first are left out. */
  readonly maxStopped: number;
  readonly onLimit: OnLimit;
};

/** Containers that exist and do not run. An engine may keep thousands of them for years: only the latest are of interest. */
export type Stopped = {
  /** False where it stopped too long ago. */
  put(container: Container, nowMs: number): boolean;
  get(id: string): Container | undefined;
  delete(id: string): boolean;
  /** Forgets those whose time has passed; true when there were any. */
  expire(nowMs: number): boolean;
  values(): Iterable<Container>;
  /** Those of a list of stopped containers that may be of interest, the latest first: all others need not be asked for. */
  choose(entries: readonly ListEntry[]): readonly ListEntry[];
};

/** The engine's words for an age round up to twice of what it is ("About an hour ago" begins at 46 minutes). */
const ROUGHNESS = 2;

export function createStopped({ retentionMs, maxStopped, onLimit }: StoppedOptions): Stopped {
  const stopped = new Map<string, { readonly container: Container; readonly expiresAtMs: number }>();

  const dropFirst = (): void => {
    const [first] = [...stopped].sort(([, a], [, b]) => a.expiresAtMs - b.expiresAtMs);
    if (!first) return;
    stopped.delete(first[0]);
    onLimit('stoppedContainers');
  };

  return {
    put: (container, nowMs) => {
      const { id, finishedAtMs = container.createdAtMs ?? nowMs } = container;
      // What the engine's clock says of the future is no reason to speak of it for longer.
      const noticedAtMs = stopped.get(id)?.expiresAtMs ?? nowMs + retentionMs;
      const expiresAtMs = Math.min(finishedAtMs + retentionMs, noticedAtMs);
      stopped.delete(id);
      if (expiresAtMs <= nowMs) return false;
      if (stopped.size >= maxStopped) dropFirst();
      stopped.set(id, { container, expiresAtMs });
      return true;
    },
    get: (id) => stopped.get(id)?.container,
    delete: (id) => stopped.delete(id),
    expire: (nowMs) => {
      const before = stopped.size;
      for (const [id, { expiresAtMs }] of stopped) if (expiresAtMs <= nowMs) stopped.delete(id);
      return stopped.size < before;
    },
    values: () => [...stopped.values()].map(({ container }) => container),
    choose: (entries) => {
      // Of what the engine does not say the age, the time of its end is asked for, as long as there is room.
      const age = ({ stoppedForMs = retentionMs * ROUGHNESS }: ListEntry): number => stoppedForMs;
      const recent = entries.filter((entry) => age(entry) <= retentionMs * ROUGHNESS);
      return recent.sort((a, b) => age(a) - age(b)).slice(0, maxStopped);
    },
  };
}
