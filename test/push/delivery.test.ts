import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LIMITS } from '../../src/limits.ts';
import type { Batch, SendOutcome } from '../../src/push/batch.ts';
import { createDelivery, type DeliveryOptions } from '../../src/push/delivery.ts';
import { createLogLines } from '../fakes/log-lines.ts';
import { sleepFaked } from '../fakes/sleep.ts';
import { batch } from './batches.ts';
import { createTestOutbox } from './outboxes.ts';

const ACCEPTED: SendOutcome = { status: 'accepted', rejectedPointCount: 0 };
const AWAY: SendOutcome = { status: 'retryable', reason: 'connect ECONNREFUSED' };
const REFUSED: SendOutcome = { status: 'refused', reason: 'HTTP status 404', httpStatus: 404 };

// Only the timers are of the test: promises go on as they do.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] }));
afterEach(() => void vi.useRealTimers());

function createFilled(outcomes: readonly SendOutcome[], options: Partial<DeliveryOptions> = {}) {
  const { log, lines } = createLogLines();
  const outbox = createTestOutbox({ maxMemoryBytes: 1000 }).outbox;
  const sent: { readonly text: string; readonly atMs: number }[] = [];
  const startedAt = performance.now();
  const rest = [...outcomes];
  const send = async (each: Batch): Promise<SendOutcome> => {
    sent.push({ text: Buffer.from(each.body).toString(), atMs: performance.now() - startedAt });
    return rest.shift() ?? ACCEPTED;
  };
  const delivery = createDelivery({
    outbox,
    send,
    halve: async ({ body }) =>
      body.length > 1
        ? [body.subarray(0, 1), body.subarray(1)].map((half) => ({ ...batch(''), body: half }))
        : undefined,
    destination: 'http://there',
    log,
    random: () => 0.5,
    sleep: sleepFaked,
    ...options,
  });
  const put = (...texts: readonly string[]): void => {
    for (const text of texts) outbox.put(batch(text));
    delivery.wake();
  };
  return { delivery, outbox, sent, lines, put, texts: () => sent.map(({ text }) => text) };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const warnings = (lines: readonly { readonly level: number; readonly msg: string }[]) =>
  lines.filter(({ level }) => level >= 40).map(({ msg }) => msg);

describe('delivery', () => {
  it('sends what waits in order, one after the other', async () => {
    const { delivery, put, texts, outbox } = createFilled([]);
    put('a', 'b', 'c');
    await pass(0);
    expect(texts()).toEqual(['a', 'b', 'c']);
    expect(outbox.state().batches).toBe(0);
    expect(delivery.state()).toEqual({
      acceptedBatches: 3,
      acceptedPoints: 3,
      failedPoints: new Map(),
      inflightPoints: 0,
    });
  });

  it('sends what comes while it sends, and what comes after it was done', async () => {
    const { put, texts } = createFilled([]);
    put('a');
    put('b');
    await pass(0);
    put('c');
    await pass(0);
    expect(texts()).toEqual(['a', 'b', 'c']);
  });

  it('tries a batch again with growing pauses and sends no other before it', async () => {
    const { put, sent, outbox } = createFilled([AWAY, AWAY, AWAY]);
    put('a', 'b');
    await pass(10_000);
    expect(sent).toEqual([
      { text: 'a', atMs: 0 },
      { text: 'a', atMs: 1000 },
      { text: 'a', atMs: 2500 },
      { text: 'a', atMs: 4750 },
      { text: 'b', atMs: 4750 },
    ]);
    expect(outbox.state()).toMatchObject({ batches: 0, dropped: { full: 0, rejected: 0 } });
  });

  it('begins with a short pause again after a success', async () => {
    const { put, sent } = createFilled([AWAY, AWAY, ACCEPTED, AWAY]);
    put('a', 'b');
    await pass(10_000);
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 1000, 2500, 2500, 3500]);
  });

  it('waits as long as the receiver says, and a little more', async () => {
    const { put, sent } = createFilled([{ ...AWAY, retryAfterMs: 40_000 }]);
    put('a');
    await pass(60_000);
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 42_000]);
  });

  it('does not try without a pause though the receiver says so', async () => {
    const { put, sent } = createFilled([{ ...AWAY, retryAfterMs: 0 }]);
    put('a');
    await pass(60_000);
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 1000]);
  });

  it('gives up what is refused, counts it and goes on with the next', async () => {
    const { put, texts, outbox } = createFilled([REFUSED]);
    put('a', 'b');
    await pass(0);
    expect(texts()).toEqual(['a', 'b']);
    expect(outbox.state()).toMatchObject({ batches: 0, dropped: { rejected: 1 } });
  });

  it('sends what is too large in parts, in order, says it once and gives up what cannot be divided', async () => {
    const large: SendOutcome = { status: 'refused', reason: 'HTTP status 413', httpStatus: 413 };
    const { put, texts, outbox, lines } = createFilled([large, ACCEPTED, large, ACCEPTED, large]);
    put('abc', 'd');
    await pass(0);
    expect(texts()).toEqual(['abc', 'a', 'bc', 'b', 'c', 'd']);
    expect(outbox.state()).toMatchObject({ batches: 0, dropped: { rejected: 1 } });
    expect(warnings(lines)).toEqual([
      'batches are sent in parts: HTTP status 413',
      'batches are refused and given up: HTTP status 413',
    ]);
  });

  it('never sends again what was accepted in part', async () => {
    const { put, texts, delivery } = createFilled([{ status: 'accepted', rejectedPointCount: 1, message: 'too old' }]);
    put('a');
    await pass(60_000);
    expect(texts()).toEqual(['a']);
    expect(delivery.state()).toMatchObject({ acceptedBatches: 1, failedPoints: new Map([['rejected', 1]]) });
  });
});

describe('what delivery counts', () => {
  it('is each point once, by what became of it, and each attempt with its time', async () => {
    const attempts: unknown[] = [];
    const outcomes: SendOutcome[] = [
      { ...AWAY, errorType: 'ECONNREFUSED' },
      { status: 'accepted', rejectedPointCount: 2 },
      { ...REFUSED, errorType: '404' },
      { status: 'refused', reason: 'HTTP status 413', httpStatus: 413, errorType: '413' },
    ];
    const { delivery, outbox } = createFilled([], {
      onAttempt: (attempt) => attempts.push(attempt),
      send: async () => {
        await sleepFaked(500, new AbortController().signal);
        return outcomes.shift() ?? ACCEPTED;
      },
    });
    outbox.put(batch('a', { pointCount: 5 }));
    outbox.put(batch('b', { pointCount: 7 }));
    outbox.put(batch('cd', { pointCount: 2 }));
    delivery.wake();
    await pass(600);
    expect(delivery.state().inflightPoints, 'in its pause, too').toBe(5);
    await pass(10_000);
    expect(delivery.state()).toMatchObject({
      acceptedPoints: 5,
      failedPoints: new Map([
        ['rejected', 2],
        ['404', 7],
      ]),
      inflightPoints: 0,
    });
    expect(attempts).toEqual([
      { seconds: 0.5, errorType: 'ECONNREFUSED' },
      { seconds: 0.5, errorType: 'rejected' },
      { seconds: 0.5, errorType: '404', httpStatus: 404 },
      { seconds: 0.5, errorType: '413', httpStatus: 413 },
      { seconds: 0.5 },
      { seconds: 0.5 },
    ]);
  });
});

describe('what delivery says', () => {
  it('does not fill the log where a receiver says something else each time, and says how much it left out', async () => {
    let n = 0;
    const { put, lines } = createFilled([], {
      send: async () => ({ status: 'accepted', rejectedPointCount: 0, message: `note ${n++}` }),
    });
    put(...Array.from({ length: 100 }, () => 'a'));
    await pass(59_000);
    expect(lines).toHaveLength(LIMITS.deliveryLines.max);
    await pass(1_000);
    put('a');
    await pass(0);
    expect(lines).toHaveLength(LIMITS.deliveryLines.max + 1);
    expect(lines.at(-1)).toMatchObject({
      msg: 'the receiver says: note 100',
      linesLeftOut: 100 - LIMITS.deliveryLines.max,
    });
  });

  it('one line when trouble begins, when its reason changes and when it is over', async () => {
    const other: SendOutcome = { status: 'retryable', reason: 'HTTP status 503' };
    const { put, lines, delivery } = createFilled([AWAY, AWAY, AWAY, other, other]);
    put('a');
    await pass(3000);
    expect(delivery.state().trouble).toContain('ECONNREFUSED');
    await pass(60_000);
    expect(delivery.state().trouble).toBeUndefined();
    expect(lines.map(({ msg }) => msg)).toEqual([
      'cannot push, will try again: connect ECONNREFUSED',
      'cannot push, will try again: HTTP status 503',
      'pushing again',
    ]);
    expect(lines.every(({ destination }) => destination === 'http://there')).toBe(true);
  });

  it('one line where every batch is refused, and that it is in trouble', async () => {
    const { put, lines, delivery } = createFilled([REFUSED, REFUSED, REFUSED]);
    put('a', 'b', 'c');
    await pass(0);
    expect(warnings(lines)).toEqual(['batches are refused and given up: HTTP status 404']);
    expect(delivery.state().trouble).toContain('HTTP status 404');
  });

  it('one line where the receiver goes on refusing points for the same reason', async () => {
    const partial: SendOutcome = { status: 'accepted', rejectedPointCount: 3, message: 'too old' };
    const warning: SendOutcome = { status: 'accepted', rejectedPointCount: 0, message: 'soon gone' };
    const { put, lines } = createFilled([partial, partial, warning, warning, ACCEPTED, warning]);
    put('a', 'b', 'c', 'd', 'e', 'f');
    await pass(0);
    expect(warnings(lines)).toEqual([
      'the receiver refused points: too old',
      'the receiver says: soon gone',
      'the receiver says: soon gone',
    ]);
  });
});

describe('flush', () => {
  it('is done as soon as all is sent', async () => {
    const { delivery, put } = createFilled([]);
    put('a', 'b');
    expect(await delivery.flush(60_000)).toBe(true);
  });

  it('is done at once where nothing waits', async () => {
    expect(await createFilled([]).delivery.flush(60_000)).toBe(true);
  });

  it('ends with its time, and says that something still waits', async () => {
    const { delivery, put, outbox } = createFilled(Array.from({ length: 50 }, () => AWAY));
    put('a');
    const flushed = delivery.flush(5000);
    await pass(5000);
    expect(await flushed).toBe(false);
    expect(outbox.state().batches).toBe(1);
    await delivery.close();
  });

  it('ends with its time also while a request is in flight', async () => {
    const { delivery, put } = createFilled([], { send: () => new Promise(() => undefined) });
    put('a');
    const flushed = delivery.flush(5000);
    await pass(5000);
    expect(await flushed).toBe(false);
  });
});

describe('close', () => {
  it('ends a pause at once, and what waits stays', async () => {
    const { delivery, put, outbox, sent } = createFilled([AWAY, AWAY]);
    put('a');
    await pass(10);
    await delivery.close();
    expect(sent).toHaveLength(1);
    expect(outbox.state()).toMatchObject({ batches: 1, dropped: { full: 0, expired: 0, rejected: 0 } });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits for the request in flight, keeps its outcome and starts no other', async () => {
    let answer: (outcome: SendOutcome) => void = () => undefined;
    const { delivery, put, outbox } = createFilled([], { send: () => new Promise((resolve) => (answer = resolve)) });
    put('a', 'b');
    await pass(10);
    const closed = delivery.close();
    answer(ACCEPTED);
    await closed;
    expect(outbox.state().batches).toBe(1);
    expect(delivery.state().acceptedBatches).toBe(1);
  });

  it('says nothing of a request that it cut short itself', async () => {
    let answer: (outcome: SendOutcome) => void = () => undefined;
    const { delivery, put, lines } = createFilled([], { send: () => new Promise((resolve) => (answer = resolve)) });
    put('a');
    await pass(10);
    const closed = delivery.close();
    answer(AWAY);
    await closed;
    expect(lines).toEqual([]);
  });

  it('sends nothing afterwards', async () => {
    const { delivery, put, sent } = createFilled([]);
    await delivery.close();
    put('a');
    await pass(60_000);
    expect(sent).toEqual([]);
  });
});
