import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createClock } from '../src/clock.ts';

const START_MS = 1_700_000_000_000;
const HOUR_MS = 3_600_000;

function createSettable() {
  let [wallMs, monotonicMs] = [START_MS, 5];
  const clock = createClock({ unixMs: () => wallMs, monotonicMs: () => monotonicMs });
  return {
    clock,
    unixMs: () => clock.now().unixMs,
    pass: (ms: number) => {
      [wallMs, monotonicMs] = [wallMs + ms, monotonicMs + ms];
    },
    set: (stepMs: number) => {
      wallMs += stepMs;
    },
    wallMs: () => wallMs,
  };
}

it('is the wall clock as long as that is not set back', () => {
  const { clock, pass, set, unixMs } = createSettable();
  expect(clock.now()).toEqual({ unixMs: START_MS, monotonicMs: 5 });
  pass(10_000);
  expect(clock.now()).toEqual({ unixMs: START_MS + 10_000, monotonicMs: 10_005 });
  set(HOUR_MS);
  pass(10_000);
  expect(unixMs()).toBe(START_MS + HOUR_MS + 20_000);
  expect(clock.aheadMs()).toBe(0);
});

it('goes on a little slower when the wall clock was set back by an hour, and has met it again ten hours later', () => {
  const { clock, pass, set, unixMs, wallMs } = createSettable();
  unixMs();
  set(-HOUR_MS);
  pass(10_000);
  expect(unixMs()).toBe(START_MS + 9_000);
  expect(clock.aheadMs()).toBe(HOUR_MS - 1_000);
  for (let cycle = 0; cycle < 3_600; cycle += 1) {
    pass(10_000);
    unixMs();
  }
  expect(clock.aheadMs()).toBe(0);
  expect(unixMs()).toBe(wallMs());
});

it('does not notice a step that is smaller than a tenth of the time between two looks', () => {
  const { clock, pass, set, unixMs, wallMs } = createSettable();
  unixMs();
  pass(10_000);
  set(-900);
  expect(unixMs()).toBe(wallMs());
  expect(clock.aheadMs()).toBe(0);
});

it('follows the wall clock at once when that is set forward past it', () => {
  const { clock, pass, set, unixMs, wallMs } = createSettable();
  unixMs();
  set(-HOUR_MS);
  pass(1_000);
  unixMs();
  set(HOUR_MS);
  pass(1_000);
  expect(unixMs()).toBe(wallMs());
  expect(clock.aheadMs()).toBe(0);
});

it('never falls, never runs behind the wall clock and never stands while time passes, whatever is set', () => {
  const step = fc.record({ passMs: fc.integer({ min: 1, max: 60_000 }), setMs: fc.integer({ min: -1e10, max: 1e10 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
      const { pass, set, unixMs, wallMs } = createSettable();
      let before = unixMs();
      for (const { passMs, setMs } of steps) {
        set(setMs);
        pass(passMs);
        const now = unixMs();
        expect(now).toBeGreaterThan(before);
        expect(now).toBeGreaterThanOrEqual(wallMs());
        before = now;
      }
    }),
  );
});

it('is not ahead of a wall clock that counts whole milliseconds, however often it is asked', () => {
  let monotonicMs = 0;
  const clock = createClock({
    unixMs: () => START_MS + Math.floor(monotonicMs),
    monotonicMs: () => monotonicMs,
  });
  for (let look = 0; look < 1_000; look += 1) {
    monotonicMs += 0.3;
    clock.now();
    expect(clock.aheadMs()).toBe(0);
  }
});
