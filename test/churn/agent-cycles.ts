import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createAccounts } from '../../src/accounting/accounts.ts';
import { buildSources } from '../../src/build/sources.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createCycle } from '../../src/cycle/cycle.ts';
import { createTemplates } from '../../src/cycle/templates.ts';
import { createLogger } from '../../src/log.ts';
import { decodeMetricsRequest } from '../../src/otlp/metrics-proto.ts';
import type { OtlpMetric, OtlpResourceMetrics } from '../../src/otlp/metrics-request.ts';
import { createBatcher } from '../../src/push/batcher.ts';
import { ENCODINGS } from '../../src/push/encoding.ts';

/*
 * A program: the agent's own parts from discovery to batch, in a process of their own so that its memory can be looked
 * at. For each line on standard input it runs one cycle and prints what that sent, or for `look` what the process holds.
 */

export type CycleSent = {
  /** Ids of the containers of which values were sent, and of those whose series were ended. */
  readonly living: readonly string[];
  readonly ended: readonly string[];
  readonly hasOverflow: boolean;
};

export type ProcessHolds = {
  readonly heapBytes: number;
  readonly residentBytes: number;
  readonly fileDescriptors: number;
};

const { config } = loadConfig({ env: process.env, flags: [], readFile: () => undefined });
const log = createLogger({ level: 'silent', format: 'json' });
const encoding = ENCODINGS['http/protobuf'];
const templates = createTemplates(encoding);
const sources = await buildSources({ config, log, fits: templates?.fits }, createAccounts());
let exported: OtlpResourceMetrics[] = [];
const batcher = createBatcher({
  encoding,
  compression: 'none',
  maxRequestBytes: config.push.maxRequestBytes,
  deliver: ({ body }) => exported.push(...(decodeMetricsRequest(body).resourceMetrics ?? [])),
});
const cycle = createCycle({
  collector: sources.collector,
  encoding,
  batcher,
  templates,
  monotonicMs: () => performance.now(),
  recordStage: () => undefined,
});

const pointsOf = ({ scopeMetrics = [] }: OtlpResourceMetrics) =>
  scopeMetrics
    .flatMap(({ metrics = [] }) => metrics)
    .flatMap((metric: OtlpMetric) => (metric.sum ?? metric.gauge)?.dataPoints ?? []);
const hasEnded = (resource: OtlpResourceMetrics): boolean => pointsOf(resource).every(({ flags }) => flags === 1);
const idOf = ({ resource }: OtlpResourceMetrics): string =>
  resource?.attributes?.find(({ key }) => key === 'container.id')?.value?.stringValue ?? '';

async function sentByOneCycle(): Promise<CycleSent> {
  exported = [];
  await cycle();
  const sent = {
    living: exported.filter((each) => !hasEnded(each)).map(idOf),
    ended: exported.filter(hasEnded).map(idOf),
    hasOverflow: JSON.stringify(exported).includes('otel.metric.overflow'),
  };
  exported = [];
  return sent;
}

function held(): ProcessHolds {
  globalThis.gc?.();
  const { heapUsed: heapBytes, rss: residentBytes } = process.memoryUsage();
  return { heapBytes, residentBytes, fileDescriptors: readdirSync('/proc/self/fd').length };
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(line === 'look' ? held() : await sentByOneCycle())}\n`);
}
await sources.discovery.close();
