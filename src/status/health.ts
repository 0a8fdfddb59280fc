/** What health is judged by. All times are of one clock, in milliseconds; a monotonic one is best. */
export type HealthFacts = {
  readonly startedAtMs: number;
  /** When the last cycle finished; absent before the first one. */
  readonly lastCycleFinishedAtMs?: number;
  /** Said as information. Neither answer depends on them: a restart brings back no engine and no Collector. */
  readonly engine?: string;
  readonly push?: string;
};

export type HealthReport = {
  readonly httpStatus: 200 | 503;
  readonly body: {
    readonly status: 'ok' | 'starting' | 'stalled';
    readonly startedAgoMs: number;
    readonly lastCycleAgoMs?: number;
    readonly engine?: string;
    readonly push?: string;
  };
};

const ALLOWED_INTERVALS = 3;

/** /healthz: well while a cycle has finished, or the agent has started, within the last three intervals. */
export function judgeHealth(
  facts: HealthFacts,
  { nowMs, intervalMs }: { nowMs: number; intervalMs: number },
): HealthReport {
  const lastSignMs = facts.lastCycleFinishedAtMs ?? facts.startedAtMs;
  const stalled = nowMs - lastSignMs > ALLOWED_INTERVALS * intervalMs;
  const wellStatus = facts.lastCycleFinishedAtMs === undefined ? 'starting' : 'ok';
  return report(facts, { nowMs, status: stalled ? 'stalled' : wellStatus, well: !stalled });
}

/** /readyz: ready once the first cycle has finished, and from then on. */
export function judgeReadiness(facts: HealthFacts, { nowMs }: { nowMs: number }): HealthReport {
  const ready = facts.lastCycleFinishedAtMs !== undefined;
  return report(facts, { nowMs, status: ready ? 'ok' : 'starting', well: ready });
}

function report(
  facts: HealthFacts,
  { nowMs, status, well }: { nowMs: number; status: HealthReport['body']['status']; well: boolean },
): HealthReport {
  const { startedAtMs, lastCycleFinishedAtMs, engine, push } = facts;
  return {
    httpStatus: well ? 200 : 503,
    body: {
      status,
      startedAgoMs: Math.round(nowMs - startedAtMs),
      ...(lastCycleFinishedAtMs !== undefined && { lastCycleAgoMs: Math.round(nowMs - lastCycleFinishedAtMs) }),
      ...(engine !== undefined && { engine }),
      ...(push !== undefined && { push }),
    },
  };
}
