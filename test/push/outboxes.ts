import type { Batch } from '../../src/push/batch.ts';
import { createOutbox, type Outbox, type OutboxOptions } from '../../src/push/outbox.ts';
import { createOutboxRoom } from '../../src/push/outbox-room.ts';
import { createLogLines } from '../fakes/log-lines.ts';

const PLENTY = 2 ** 30;

export type TestOutboxOptions = Partial<OutboxOptions & { readonly maxBytes: number; readonly maxMemoryBytes: number }>;

/** An outbox, in memory unless it is given a store, with clocks that stand still until they are moved. */
export function createTestOutbox({ maxBytes = PLENTY, maxMemoryBytes = PLENTY, ...options }: TestOutboxOptions = {}) {
  const { log, texts } = createLogLines();
  const clock = { unixMs: 1_700_000_000_000, monotonicMs: 1000 };
  const outbox = createOutbox({
    room: createOutboxRoom({ maxBytes, maxMemoryBytes }),
    maxAgeMs: 60_000,
    unixMs: () => clock.unixMs,
    monotonicMs: () => clock.monotonicMs,
    log,
    ...options,
  });
  return { outbox, clock, texts };
}

/** Takes everything out, as texts, in its order. */
export function drain(outbox: Outbox): string[] {
  const texts: string[] = [];
  for (let first = outbox.peek(); first; first = outbox.peek()) {
    texts.push(textOf(first));
    outbox.accepted(first);
  }
  return texts;
}

export const textOf = ({ body }: Batch): string => Buffer.from(body).toString();
