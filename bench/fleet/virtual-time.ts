import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Sleep } from '../../src/sleep.ts';

/** Time that passes as fast as the program can live through it. */
export type VirtualTime = {
  now(): number;
  readonly sleep: Sleep;
  /** Lets time pass until nothing is waited for any more, or it is over. */
  run(untilMs: number): Promise<void>;
};

type Waiting = { readonly atMs: number; readonly order: number; readonly wake: () => void };

export function createVirtualTime(): VirtualTime {
  const heap: Waiting[] = [];
  let nowMs = 0;
  let order = 0;

  return {
    now: () => nowMs,
    sleep: (ms) =>
      new Promise((wake) => {
        order += 1;
        push(heap, { atMs: nowMs + Math.max(0, ms), order, wake });
      }),
    async run(untilMs) {
      await nextTurn();
      while (heap.length > 0 && heap[0]!.atMs <= untilMs) {
        const { atMs, wake } = pop(heap);
        nowMs = atMs;
        wake();
        // Whoever was woken goes as far as it can.
        await nextTurn();
      }
    },
  };
}

const isBefore = (a: Waiting, b: Waiting): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

function push(heap: Waiting[], item: Waiting): void {
  let at = heap.length;
  heap.push(item);
  for (; at > 0; at = (at - 1) >> 1) {
    const parent = heap[(at - 1) >> 1]!;
    if (!isBefore(item, parent)) break;
    heap[at] = parent;
  }
  heap[at] = item;
}

function pop(heap: Waiting[]): Waiting {
  const first = heap[0]!;
  const last = heap.pop()!;
  if (heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
    if (child >= heap.length || !isBefore(heap[child]!, last)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
  return first;
}
