import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_OUTBOX } from '../../src/push/outbox.ts';
import { batch } from './batches.ts';
import { createTestOutbox, drain } from './outboxes.ts';

const createOutbox = () => createTestOutbox({ maxMemoryBytes: 10 });

describe('outbox in memory', () => {
  it('answers the oldest batch until it is removed', () => {
    const { outbox } = createOutbox();
    const [a, b] = [batch('a'), batch('b')];
    outbox.put(a);
    outbox.put(b);
    expect([outbox.peek(), outbox.peek()]).toEqual([a, a]);
    outbox.accepted(a);
    expect(outbox.peek()).toBe(b);
    outbox.accepted(b);
    expect(outbox.peek()).toBeUndefined();
    expect(outbox.state()).toEqual(EMPTY_OUTBOX);
  });

  it('gives up the oldest where there is no room, counts and says it', () => {
    const { outbox, texts } = createOutbox();
    const batches = ['aaaa', 'bbbb', 'cccc', 'dddd'].map((text) => batch(text));
    for (const each of batches) outbox.put(each);
    expect(texts()).toEqual([expect.stringMatching(/^outbox full .*outbox\.maxMemoryBytes/)]);
    expect(outbox.peek()).toBe(batches[2]);
    expect(outbox.state()).toMatchObject({ batches: 2, bytes: 8, dropped: { full: 2 } });
  });

  it('keeps the newest batch though it alone is larger than the room', () => {
    const { outbox } = createOutbox();
    outbox.put(batch('a'));
    outbox.put(batch('b'.repeat(30)));
    expect(outbox.state()).toMatchObject({ batches: 1, bytes: 30, dropped: { full: 1 } });
  });

  it('does not count twice what was given up for want of room while it was being sent', () => {
    const { outbox } = createOutbox();
    const [a, b] = [batch('aaaaaa'), batch('bbbbbb')];
    outbox.put(a);
    outbox.put(b);
    outbox.dropped(a, 'rejected');
    outbox.accepted(a);
    expect(outbox.state()).toMatchObject({ batches: 1, bytes: 6, dropped: { full: 1, rejected: 0 } });
    expect(outbox.peek()).toBe(b);
  });

  it('counts what is refused', () => {
    const { outbox } = createOutbox();
    const a = batch('a');
    outbox.put(a);
    outbox.dropped(a, 'rejected');
    expect(outbox.state()).toMatchObject({ batches: 0, bytes: 0, dropped: { full: 0, expired: 0, rejected: 1 } });
  });

  it('keeps its bounds and loses no count whatever is put into it', () => {
    const property = fc.property(fc.array(fc.integer({ min: 1, max: 20 })), (lengths) => {
      const { outbox } = createOutbox();
      for (const length of lengths) outbox.put(batch('x'.repeat(length)));
      const { batches, bytes, dropped } = outbox.state();
      expect(batches + dropped.full).toBe(lengths.length);
      expect(bytes <= 10 || batches === 1).toBe(true);
    });
    fc.assert(property);
  });

  it('gives up what has waited too long by the clock that is never set, and counts it apart', () => {
    const { outbox, clock, texts } = createOutbox();
    outbox.put(batch('a'));
    clock.unixMs += 3_600_000;
    clock.monotonicMs += 50_000;
    outbox.put(batch('b'));
    expect(outbox.state()).toMatchObject({ batches: 2, oldestAgeMs: 50_000 });
    clock.monotonicMs += 10_001;
    expect(Buffer.from(outbox.peek()!.body).toString()).toBe('b');
    expect(outbox.state()).toMatchObject({ batches: 1, oldestAgeMs: 10_001, dropped: { expired: 1, full: 0 } });
    expect(texts()).toEqual([expect.stringContaining('outbox.maxAgeSeconds')]);
  });

  it.each([
    ['back', -3_600_000],
    ['forward', 3_600_000],
  ])('is right about ages though the wall clock is set %s by an hour and then set right', (_, stepMs) => {
    const { outbox, clock } = createOutbox();
    outbox.put(batch('a'));
    clock.unixMs += stepMs;
    clock.monotonicMs += 1_000;
    outbox.put(batch('b'));
    expect(outbox.state()).toMatchObject({ batches: 2, oldestAgeMs: 1_000 });
    clock.unixMs -= stepMs;
    clock.monotonicMs += 1_000;
    expect(outbox.state()).toMatchObject({ batches: 2, oldestAgeMs: 2_000, dropped: { expired: 0 } });
    expect(drain(outbox)).toEqual(['a', 'b']);
  });

  it('puts the parts of a batch in its place', () => {
    const { outbox } = createOutbox();
    const [a, b] = [batch('aaaa'), batch('b')];
    outbox.put(a);
    outbox.put(b);
    const parts = [batch('aa'), batch('AA')];
    outbox.replaced(a, parts);
    expect(outbox.state()).toMatchObject({ batches: 3, bytes: 5 });
    expect(drain(outbox)).toEqual(['aa', 'AA', 'b']);
  });
});
