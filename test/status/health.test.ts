import { describe, expect, it } from 'vitest';
import { type HealthFacts, judgeHealth, judgeReadiness } from '../../src/status/health.ts';

const intervalMs = 10_000;

describe('health', () => {
  const stories: readonly { name: string; facts: HealthFacts; nowMs: number; httpStatus: number; status: string }[] = [
    {
      name: 'is well before the first cycle',
      facts: { startedAtMs: 0 },
      nowMs: 30_000,
      httpStatus: 200,
      status: 'starting',
    },
    {
      name: 'is stalled when the first cycle never ends',
      facts: { startedAtMs: 0 },
      nowMs: 30_001,
      httpStatus: 503,
      status: 'stalled',
    },
    {
      name: 'is well while a cycle ended within three intervals',
      facts: { startedAtMs: 0, lastCycleFinishedAtMs: 100_000 },
      nowMs: 130_000,
      httpStatus: 200,
      status: 'ok',
    },
    {
      name: 'is stalled when no cycle ended for longer',
      facts: { startedAtMs: 0, lastCycleFinishedAtMs: 100_000 },
      nowMs: 130_001,
      httpStatus: 503,
      status: 'stalled',
    },
    {
      name: 'is well while the engine and the Collector are away',
      facts: { startedAtMs: 0, lastCycleFinishedAtMs: 1, engine: 'away: no socket', push: 'away: ECONNREFUSED' },
      nowMs: 2,
      httpStatus: 200,
      status: 'ok',
    },
  ];

  it.each(stories)('$name', ({ facts, nowMs, httpStatus, status }) => {
    const report = judgeHealth(facts, { nowMs, intervalMs });
    expect(report.httpStatus).toBe(httpStatus);
    expect(report.body.status).toBe(status);
  });

  it('tells the age of the last cycle and, as information, the engine and the push', () => {
    const facts = { startedAtMs: 0, lastCycleFinishedAtMs: 5, engine: 'away', push: 'ok' };
    expect(judgeHealth(facts, { nowMs: 12, intervalMs }).body).toEqual({
      status: 'ok',
      startedAgoMs: 12,
      lastCycleAgoMs: 7,
      engine: 'away',
      push: 'ok',
    });
  });

  it('is ready after the first cycle, and stays so', () => {
    expect(judgeReadiness({ startedAtMs: 0 }, { nowMs: 1 }).httpStatus).toBe(503);
    expect(judgeReadiness({ startedAtMs: 0, lastCycleFinishedAtMs: 1 }, { nowMs: 1e9 }).httpStatus).toBe(200);
  });
});
