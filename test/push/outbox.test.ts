import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/push/batch.ts';
import { createMemoryOutbox } from '../../src/push/outbox.ts';
import { batch } from './batches.ts';

function createOutbox(maxBytes = 10) {
  const full: Batch[] = [];
  return { outbox: createMemoryOutbox({ maxBytes, onFull: (each) => full.push(each) }), full };
}

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
    expect(outbox.state()).toEqual({ batches: 0, bytes: 0, dropped: { full: 0, expired: 0, rejected: 0 } });
  });

  it('gives up the oldest where there is no room, counts and says it', () => {
    const { outbox, full } = createOutbox();
    const batches = ['aaaa', 'bbbb', 'cccc', 'dddd'].map((text) => batch(text));
    for (const each of batches) outbox.put(each);
    expect(full).toEqual(batches.slice(0, 2));
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
    expect(outbox.state()).toEqual({ batches: 0, bytes: 0, dropped: { full: 0, expired: 0, rejected: 1 } });
  });

  it('keeps its bounds and loses no count whatever is put into it', () => {
    const property = fc.property(fc.array(fc.integer({ min: 1, max: 20 })), (lengths) => {
      const { outbox, full } = createOutbox();
      for (const length of lengths) outbox.put(batch('x'.repeat(length)));
      const { batches, bytes, dropped } = outbox.state();
      expect(batches + dropped.full).toBe(lengths.length);
      expect(full).toHaveLength(dropped.full);
      expect(bytes <= 10 || batches === 1).toBe(true);
    });
    fc.assert(property);
  });
});
