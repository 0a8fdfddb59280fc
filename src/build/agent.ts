import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import { type Accounts, createAccounts } from '../accounting/accounts.ts';
import { type Clock, createSystemClock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import { type CycleReport, createCycle, deliverEnds, emptyReport } from '../cycle/cycle.ts';
import { createHangGuard, hangLimitMs } from '../cycle/hang-guard.ts';
import { phaseMs } from '../cycle/phase.ts';
import { createTemplates } from '../cycle/templates.ts';
import { createTicker } from '../cycle/ticker.ts';
import type { CycleStage } from '../instruments/self.ts';
import { ATTR_HOST_ID, ATTR_HOST_NAME } from '../instruments/semconv.ts';
import type { Batch } from '../push/batch.ts';
import { createBatcher } from '../push/batcher.ts';
import { withCopiedAttributes } from '../push/copied-attributes.ts';
import { ENCODINGS } from '../push/encoding.ts';
import { settlesWithin } from '../sleep.ts';
import type { Discovery } from '../sources/container.ts';
import type { EngineRequest } from '../sources/docker/client.ts';
import type { StateKeeper } from '../state/state-keeper.ts';
import { targetsOf } from './destinations.ts';
import { withOutboxDirectory } from './outbox-directory.ts';
import { buildPush } from './push.ts';
import { endsAtReload } from './reload.ts';
import { buildSelf, type Self } from './self.ts';
import { type BuildOptions, buildSources } from './sources.ts';

/*
 * The only wiring: every part is made here and handed what it needs.
 */

export type Agent = {
  start(): Promise<void>;
  /**
   * A last cycle, a flush, and everything closed, within the shutdown time. Where a new configuration follows, the series
   * that it does not have are ended, and a cycle that hangs is waited for.
   */
  stop(next?: Config): Promise<void>;
};

/** What others hear of an agent. */
export type AgentEvents = {
  /** A cycle has finished; how it is going, in a line for people, and how many containers it measured. */
  readonly onCycle?: (status: string, containers: number) => void;
  /** A cycle does not end; it was said already. */
  readonly onHang?: () => void;
};

/** What outlives a reload, so that neither totals nor time fall. */
export type Lasting = { readonly accounts: Accounts; readonly clock: Clock; readonly state?: StateKeeper };

const FIRST_JITTER_MS = 1_000;
/** How much of the time to stop is the last cycle's; the rest is for sending. */
const LAST_CYCLE_PART = 0.75;
/** Less is made up for within seconds, and not worth a word. */
const NOTABLE_LEAD_MS = 1_000;

export async function buildAgent(
  { config, log }: BuildOptions,
  { accounts, clock, state }: Lasting = { accounts: createAccounts(), clock: createSystemClock() },
  { onCycle, onHang }: AgentEvents = {},
): Promise<Agent> {
  let self: Self | undefined;
  const onRequest = (request: EngineRequest): void => self?.instruments.recordEngineRequest(request);
  const encoding = withCopiedAttributes(ENCODINGS[config.push.protocol], config.resource.onPoints);
  const templates = createTemplates(encoding);
  const sources = await buildSources({ config, log, clock: clock.now, onRequest, fits: templates?.fits }, accounts);
  const { intervalMs } = config.collection;
  const facts: { startedAtMs: number; lastCycleFinishedAtMs?: number } = { startedAtMs: performance.now() };
  const push = buildPush(
    { config: withOutboxDirectory(config), log },
    () => ({ ...facts, engine: engineText(sources.discovery) }),
    (exporter, attempt) => self?.instruments.recordExport(exporter, attempt),
    sources.limits.onLimit,
  );
  const deliver = (batch: Batch): Promise<void> => {
    state?.note();
    return push.deliver(batch);
  };

  const batcher = createBatcher({ encoding, ...config.push, deliver });
  let report: CycleReport = emptyReport();
  const { provider, instruments } = buildSelf(
    { config, log },
    { sources, push, batcher, report: () => report, now: () => clock.now().unixMs },
  );
  self = { provider, instruments };
  let stage: CycleStage | 'state' | 'self' = 'discover';
  /** Nobody has heard of the agent itself, and else would not before the end of a whole selfIntervalMs. */
  let isUnheard = true;
  const cycle = createCycle({
    collector: sources.collector,
    encoding,
    batcher,
    templates,
    monotonicMs: () => performance.now(),
    recordStage(stage, seconds) {
      instruments.recordStage(stage, seconds);
      sources.thinning.recordStage(stage, seconds);
    },
    onStage: (begun) => {
      stage = begun;
    },
  });
  const limitMs = hangLimitMs(config.collection);
  const guard = createHangGuard({
    limitMs,
    onHang() {
      log.fatal({ stage, limitMs }, 'a cycle hangs: the agent ends, and should be started anew');
      onHang?.();
    },
  });

  const run = (): Promise<void> => guard(runCycle);

  async function runCycle(): Promise<void> {
    try {
      const startedAtMs = performance.now();
      report = await cycle();
      facts.lastCycleFinishedAtMs = performance.now();
      noteDuration(facts.lastCycleFinishedAtMs - startedAtMs);
      noteLead(clock.aheadMs());
      if (isUnheard) {
        isUnheard = false;
        stage = 'self';
        await provider.forceFlush();
      }
      stage = 'state';
      await state?.afterCycle();
      onCycle?.(statusText(), report.containers);
    } catch (error) {
      log.error({ err: error }, 'a cycle failed');
    }
  }

  let late = false;
  /** One line when cycles begin to take too long, and one when they are in time again. */
  function noteDuration(durationMs: number): void {
    const wasLate = late;
    late = durationMs > config.collection.timeoutMs;
    if (late && !wasLate)
      log.warn({ durationMs: Math.round(durationMs) }, 'a cycle takes longer than collection.timeoutMs');
    if (wasLate && !late) log.info({ durationMs: Math.round(durationMs) }, 'cycles are in time again');
  }

  function statusText(): string {
    const batches = [...push.outboxes().values()].reduce((sum, outbox) => sum + outbox.batches, 0);
    return `containers: ${report.containers}; ${engineText(sources.discovery)}; batches that wait: ${batches}`;
  }

  let isAhead = false;
  function noteLead(aheadMs: number): void {
    const wasAhead = isAhead;
    isAhead = aheadMs > (wasAhead ? 0 : NOTABLE_LEAD_MS);
    if (isAhead && !wasAhead)
      log.warn(
        { aheadMs: Math.round(aheadMs) },
        'the clock was set back: so that no series goes back in time, points are dated ahead of it, a tenth of a second less with each second; a restart of the agent ends that at once',
      );
    if (wasAhead && !isAhead) log.info('the clock has caught up: points are dated by it again');
  }

  const ticker = createTicker({
    intervalMs,
    phaseMs: phaseMs(sources.host[ATTR_HOST_ID] ?? sources.host[ATTR_HOST_NAME] ?? hostname(), intervalMs),
    firstJitterMs: targetsOf(config).length === 0 ? 0 : FIRST_JITTER_MS,
    run,
    unixMs: Date.now,
    monotonicMs: () => performance.now(),
  });

  return {
    async start() {
      await push.start();
      ticker.start();
    },
    async stop(next) {
      // All is told of at the end.
      isUnheard = false;
      const { timeoutMs } = config.shutdown;
      const deadline = performance.now() + timeoutMs;
      const leftMs = (): number => Math.max(0, deadline - performance.now());
      // An engine that does not answer must not cost the flush its time: the last cycle then takes what it last knew.
      const patience = setTimeout(() => void sources.discovery.close(), timeoutMs / 2);
      const lastCycle = ticker.stop().then(run);
      if (next) {
        await lastCycle;
        await deliverEnds(sources.collector.end(endsAtReload(config, next)), { encoding, batcher });
      } else if (!(await settlesWithin(LAST_CYCLE_PART * timeoutMs, lastCycle)))
        log.warn({ stage }, 'the last cycle does not end in time: stopping without it');
      clearTimeout(patience);
      await settlesWithin(leftMs(), provider.shutdown().finally(batcher.finish));
      await push.stop(leftMs());
      await sources.discovery.close();
      sources.files.close();
    },
  };
}

function engineText(discovery: Discovery): string {
  const status = discovery.status();
  return status.status === 'ok' ? `${status.source}: ok` : `${status.source}: away, ${status.reason}`;
}
