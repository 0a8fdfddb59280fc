import type { Batch } from './batch.ts';

/**
 * What the outboxes of all destinations may let wait together. A body that waits for several is there once, and counts
 * once.
 */
export type OutboxRoom = {
  /** All that waits. */
  readonly all: Pool;
  /** What of it is in memory. */
  readonly memory: Pool;
};

/** A body by its number on disk; by itself where there is no disk. */
export type BodyKey = number | Batch;

export type Pool = {
  join(tenant: Tenant): void;
  /** Somebody waits for this body. */
  enter(body: BodyKey, bytes: number): void;
  /** Somebody waits for it no longer. */
  leave(body: BodyKey): void;
  /**
   * While more waits than may, the oldest is given up, whoever waits for it. So a destination that is away for long
   * makes room at its own cost: one that takes what comes waits for nothing that is old.
   */
  trim(): void;
};

export type Tenant = {
  /** When the oldest that it could give up was put, by the monotonic clock; undefined where there is none. */
  oldestMs(): number | undefined;
  giveUpOldest(): void;
};

export function createOutboxRoom(bounds: { readonly maxBytes: number; readonly maxMemoryBytes: number }): OutboxRoom {
  return { all: createPool(bounds.maxBytes), memory: createPool(bounds.maxMemoryBytes) };
}

function createPool(maxBytes: number): Pool {
  const tenants: Tenant[] = [];
  const held = new Map<BodyKey, { readonly bytes: number; holders: number }>();
  let total = 0;

  function oldest(): Tenant | undefined {
    let found: { readonly tenant: Tenant; readonly ms: number } | undefined;
    for (const tenant of tenants) {
      const ms = tenant.oldestMs();
      if (ms !== undefined && (!found || ms < found.ms)) found = { tenant, ms };
    }
    return found?.tenant;
  }

  return {
    join: (tenant) => void tenants.push(tenant),
    enter(body, bytes) {
      const known = held.get(body);
      if (known) {
        known.holders += 1;
        return;
      }
      held.set(body, { bytes, holders: 1 });
      total += bytes;
    },
    leave(body) {
      const known = held.get(body);
      if (!known) throw new Error('BUG: a body leaves the outbox that is not in it');
      known.holders -= 1;
      if (known.holders > 0) return;
      held.delete(body);
      total -= known.bytes;
    },
    trim() {
      while (total > maxBytes) {
        const tenant = oldest();
        if (!tenant) return;
        tenant.giveUpOldest();
      }
    },
  };
}
