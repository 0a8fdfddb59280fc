import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { phaseMs, untilNextMs } from '../../src/cycle/phase.ts';

describe('phase', () => {
  it('spreads ten thousand hosts evenly over the interval', () => {
    const INTERVAL_MS = 10_000;
    const counts = new Array<number>(10).fill(0);
    for (let host = 0; host < 10_000; host++) counts[Math.floor(phaseMs(`host-${host}`, INTERVAL_MS) / 1000)]! += 1;
    // Ten standard deviations of 1000 ± 30 would be a wide miss; four and a half are one in a hundred thousand.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(135);
  });

  it('is the same for the same host, and within the interval', () => {
    const property = fc.property(fc.string(), fc.integer({ min: 1, max: 3_600_000 }), (host, intervalMs) => {
      expect(phaseMs(host, intervalMs)).toBe(phaseMs(host, intervalMs));
      expect(phaseMs(host, intervalMs)).toBeGreaterThanOrEqual(0);
      expect(phaseMs(host, intervalMs)).toBeLessThan(intervalMs);
    });
    fc.assert(property);
  });

  it('leads to the next time of that phase, never to now', () => {
    const intervals = fc.integer({ min: 1, max: 3_600_000 });
    const property = fc.property(fc.nat(2 ** 31), intervals, fc.nat(3_600_000), (now, intervalMs, any) => {
      const phase = any % intervalMs;
      const wait = untilNextMs(now, intervalMs, phase);
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(intervalMs);
      expect((now + wait) % intervalMs).toBe(phase);
    });
    fc.assert(property);
  });
});
