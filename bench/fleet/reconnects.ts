import { createLogger } from '../../src/log.ts';
import type { Batch, SendOutcome } from '../../src/push/batch.ts';
import { createDelivery } from '../../src/push/delivery.ts';
import { createOutbox } from '../../src/push/outbox.ts';
import { createOutboxRoom } from '../../src/push/outbox-room.ts';
import { createRandom } from './random.ts';
import { createVirtualTime, type VirtualTime } from './virtual-time.ts';

export type StormOptions = {
  readonly agents: number;
  readonly intervalMs: number;
  readonly outageMs: number;
  /** Requests that the gateways can take, over those that agents make when all is well. */
  readonly capacity: number;
};

export type Storm = {
  /** Attempts in the second of the first minute that has most, over requests in a mean second without an outage. */
  readonly peakAtFirst: number;
  /** Likewise in the second that has most of the rest of the outage. */
  readonly peakWhileAway: number;
  /** Likewise requests that reach the gateways in the second that has most, after they are back. */
  readonly peakAfter: number;
  /** Until no batch comes later than an interval after it was made; and how long the spare capacity needs for that. */
  readonly drainMs: number;
  readonly leastDrainMs: number;
  /** The longest that one request waited for its answer. */
  readonly longestRequestMs: number;
  readonly lostBatches: number;
};

const MS_PER_SECOND = 1000;
const FIRST_MS = 60_000;
const REST_MS = 60_000;
const DAY_MS = 86_400_000;
const ROOM_BYTES = 2 ** 30;
const log = createLogger({ level: 'silent', format: 'json' });

/** Gateways as one queue that is served in order. */
function createGateway(time: VirtualTime, { backAtMs, takesMs }: { backAtMs: number; takesMs: number }) {
  const attempts = new Map<number, number>();
  let freeAtMs = 0;
  let longestRequestMs = 0;
  return {
    attempts,
    longestRequestMs: () => longestRequestMs,
    async take(): Promise<SendOutcome> {
      const second = Math.floor(time.now() / MS_PER_SECOND);
      attempts.set(second, (attempts.get(second) ?? 0) + 1);
      if (time.now() < backAtMs) return { status: 'retryable', reason: 'away' };
      freeAtMs = Math.max(freeAtMs, time.now()) + takesMs;
      const waitMs = freeAtMs - time.now();
      longestRequestMs = Math.max(longestRequestMs, waitMs);
      await time.sleep(waitMs, new AbortController().signal);
      return { status: 'accepted', rejectedPointCount: 0 };
    },
  };
}

/** One batch in each interval through the agent's own outbox and delivery; the gateways are away from the start. */
export async function simulateStorm({ agents, intervalMs, outageMs, capacity }: StormOptions): Promise<Storm> {
  const time = createVirtualTime();
  const perSecond = (agents * MS_PER_SECOND) / intervalMs;
  const gateway = createGateway(time, { backAtMs: outageMs, takesMs: MS_PER_SECOND / (perSecond * capacity) });
  const endMs = outageMs + (2 * outageMs) / (capacity - 1) + REST_MS;
  let drainedAtMs = 0;
  const outboxes = Array.from({ length: agents }, (_, agent) => {
    const random = createRandom(agent);
    const room = createOutboxRoom({ maxBytes: ROOM_BYTES, maxMemoryBytes: ROOM_BYTES });
    const outbox = createOutbox({ room, maxAgeMs: DAY_MS, unixMs: time.now, monotonicMs: time.now, log });
    const madeAtMs = new WeakMap<Batch, number>();
    const { wake } = createDelivery({
      outbox,
      async send(batch) {
        const outcome = await gateway.take();
        if (outcome.status === 'accepted' && time.now() - madeAtMs.get(batch)! > intervalMs) drainedAtMs = time.now();
        return outcome;
      },
      halve: async () => undefined,
      destination: 'the gateways',
      log,
      random,
      sleep: time.sleep,
    });
    void (async () => {
      for (let atMs = random() * intervalMs; atMs < endMs; atMs += intervalMs) {
        await time.sleep(atMs - time.now(), new AbortController().signal);
        const batch: Batch = { body: new Uint8Array(1), contentType: 'application/x-protobuf', pointCount: 1 };
        madeAtMs.set(batch, atMs);
        outbox.put(batch);
        wake();
      }
    })();
    return outbox;
  });
  await time.run(endMs + REST_MS);

  const most = (isIn: (atMs: number) => boolean): number =>
    Math.max(0, ...[...gateway.attempts].filter(([second]) => isIn(second * MS_PER_SECOND)).map(([, count]) => count));
  return {
    peakAtFirst: most((atMs) => atMs < FIRST_MS && atMs < outageMs) / perSecond,
    peakWhileAway: most((atMs) => atMs >= FIRST_MS && atMs < outageMs) / perSecond,
    peakAfter: most((atMs) => atMs >= outageMs) / perSecond,
    drainMs: drainedAtMs - outageMs,
    leastDrainMs: outageMs / (capacity - 1),
    longestRequestMs: gateway.longestRequestMs(),
    lostBatches: outboxes.reduce((sum, outbox) => sum + outbox.state().dropped.expired + outbox.state().batches, 0),
  };
}
