import { vi } from 'vitest';
import { type Accounts, createAccounts } from '../src/accounting/accounts.ts';
import { buildSources, type Sources } from '../src/build/sources.ts';
import { type CycleOptions, createCycle } from '../src/cycle/cycle.ts';
import { createTemplates } from '../src/cycle/templates.ts';
import { createLogger, type Logger } from '../src/log.ts';
import { decodeMetricsRequest, parseMetricsRequestJson } from '../src/otlp/metrics-proto.ts';
import type { OtlpMetricsRequest } from '../src/otlp/metrics-request.ts';
import type { Batch } from '../src/push/batch.ts';
import { createBatcher } from '../src/push/batcher.ts';
import { ENCODINGS, type Protocol } from '../src/push/encoding.ts';
import { load } from './config/load-fixture.ts';

export type WholeCycleOptions = {
  /** A host's files. */
  readonly root: string;
  /** `docker.host`. */
  readonly engine: string;
  readonly protocol: Protocol;
  /** More of the configuration, by key. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** What outlives a reload of the configuration; absent: those of a new agent. */
  readonly accounts?: Accounts;
  /** Hears how long each stage took; by the clock of the test, nothing. */
  readonly recordStage?: CycleOptions['recordStage'];
  readonly log?: Logger;
};

export type WholeCycle = {
  readonly sources: Sources;
  /**
   * Runs one cycle at that time, in which collecting takes so long, and answers the one request it makes, decoded;
   * undefined where it makes none.
   */
  run(unixMs: number, collectMs?: number): Promise<OtlpMetricsRequest | undefined>;
};

/** The agent's own parts between a host and a request. Only the clocks are not real. */
export async function createWholeCycle({
  root,
  engine,
  protocol,
  settings,
  accounts = createAccounts(),
  recordStage = () => undefined,
  log = createLogger({ level: 'silent', format: 'json' }),
}: WholeCycleOptions): Promise<WholeCycle> {
  const all = { 'host.root': root, 'docker.host': engine, 'discovery.source': 'docker', ...settings };
  const flags = Object.entries(all).map(([key, value]) => ({ key, value, origin: 'the test' }));
  let nowMs = 0;
  let tookMs = 0;
  let collectTakesMs = 0;
  const encoding = ENCODINGS[protocol];
  const templates = createTemplates(encoding);
  const sources = await buildSources(
    {
      config: load({ flags }).config,
      log,
      clock: () => ({ unixMs: nowMs, monotonicMs: nowMs }),
      fits: templates?.fits,
    },
    accounts,
  );
  const batches: Batch[] = [];
  const batcher = createBatcher({
    encoding,
    compression: 'none',
    maxRequestBytes: 4 * 1024 * 1024,
    deliver: (batch) => batches.push(batch),
  });
  const cycle = createCycle({
    collector: sources.collector,
    encoding,
    batcher,
    templates,
    monotonicMs: () => nowMs + tookMs,
    recordStage(stage, seconds) {
      recordStage(stage, seconds);
      sources.thinning.recordStage(stage, seconds);
    },
    onStage: (stage) => {
      tookMs = stage === 'discover' ? 0 : collectTakesMs;
    },
  });

  return {
    sources,
    async run(unixMs, collectMs = 0) {
      nowMs = unixMs;
      collectTakesMs = collectMs;
      batches.length = 0;
      // The SDK dates its points with Date.now.
      const now = vi.spyOn(Date, 'now').mockReturnValue(unixMs);
      await cycle().finally(() => now.mockRestore());
      if (batches.length > 1) throw new Error(`one cycle made ${batches.length} requests`);
      return batches[0] && decode(batches[0]);
    },
  };
}

function decode({ body, contentType }: Batch): OtlpMetricsRequest {
  return contentType === 'application/json'
    ? parseMetricsRequestJson(Buffer.from(body).toString())
    : decodeMetricsRequest(body);
}
