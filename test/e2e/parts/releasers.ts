import { within } from './wait.ts';

const RELEASE_TIMEOUT_MS = 40_000;

export type Releasers = {
  /** Every part that was acquired names its release at once. */
  add(name: string, release: () => Promise<unknown> | unknown): void;
  /** Last acquired, first released; each in its own time limit, and one that fails keeps no other from being released. */
  release(): Promise<void>;
};

export function createReleasers(): Releasers {
  const stack: { name: string; release: () => Promise<unknown> | unknown }[] = [];
  return {
    add: (name, release) => void stack.push({ name, release }),
    async release() {
      const failures: unknown[] = [];
      for (let part = stack.pop(); part !== undefined; part = stack.pop()) {
        const { name, release } = part;
        const released = within(`release ${name}`, RELEASE_TIMEOUT_MS, (async () => release())());
        await released.catch((error: unknown) => failures.push(error));
      }
      if (failures.length > 0) throw new AggregateError(failures, 'cannot release every part of the test');
    },
  };
}
