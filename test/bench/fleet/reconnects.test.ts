import { describe, expect, it } from 'vitest';
import { simulateStorm } from '../../../bench/fleet/reconnects.ts';

const INTERVAL_MS = 10_000;
const base = { agents: 200, intervalMs: INTERVAL_MS, outageMs: 600_000 };

describe('agents whose gateways come back after ten minutes', () => {
  it.each([2, 4])('with %d times the capacity that is needed', { timeout: 60_000 }, async (capacity) => {
    const storm = await simulateStorm({ ...base, capacity });
    expect(storm.lostBatches).toBe(0);
    // One attempt in 30 s instead of a push in 10, but for the first minute; so few agents make lumps.
    expect(storm.peakAtFirst).toBeLessThan(6);
    expect(storm.peakWhileAway).toBeLessThan(1.5);
    // One request at a time: no more come than are taken, but for the first ones of those that wait their turn.
    expect(storm.peakAfter).toBeLessThan(capacity + 1);
    expect(storm.longestRequestMs).toBeLessThanOrEqual(INTERVAL_MS / capacity + 1);
    // The last agents hear of it up to 36 s later.
    expect(storm.drainMs).toBeGreaterThanOrEqual(storm.leastDrainMs * 0.9);
    expect(storm.drainMs).toBeLessThan(storm.leastDrainMs * 1.1 + 40_000);
  });
});
