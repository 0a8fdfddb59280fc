import { expect, it } from 'vitest';
import { createAccounts } from '../../src/accounting/accounts.ts';
import { createCollector } from '../../src/cycle/collector.ts';
import { createCycle } from '../../src/cycle/cycle.ts';
import { decodeMetricsRequest } from '../../src/otlp/metrics-proto.ts';
import type { OtlpMetric, OtlpResourceMetrics } from '../../src/otlp/metrics-request.ts';
import type { Batch } from '../../src/push/batch.ts';
import { createBatcher } from '../../src/push/batcher.ts';
import { ENCODINGS } from '../../src/push/encoding.ts';
import { createBlockDevices } from '../../src/sources/block-devices.ts';
import type { Container } from '../../src/sources/container.ts';
import { createInterfaceReader } from '../../src/sources/interfaces.ts';
import { createKernelFiles } from '../../src/sources/kernel-files.ts';
import { createProcFs } from '../../src/sources/proc/proc-fs.ts';
import { ALL_METRICS } from '../fakes/all-metrics.ts';
import { container } from '../fakes/containers.ts';
import { createLogLines } from '../fakes/log-lines.ts';
import { createTree } from '../sources/tree.ts';

const GENERATIONS = 50;
const CONTAINERS = 20;

function createHost(counters: 'totals' | 'differences') {
  const tree = createTree({ '11/stat': `11 (app) S 1 1 1 0 -1 4194304 0 0 0 0 100 0 0 0 20 0 1 0 5 1000 10` });
  const files = createKernelFiles();
  const batches: Batch[] = [];
  let living: readonly Container[] = [];
  let now = 1_700_000_000_000;
  const proc = createProcFs({ root: '/', path: tree.root, files });
  const collector = createCollector({
    discovery: {
      current: async () => living,
      status: () => ({ status: 'ok', source: 'test' }),
      close: async () => undefined,
    },
    resolver: {
      begin: () => undefined,
      netNamespaceOf: () => undefined,
      resolve: (container) => ({ container, located: { steps: [] }, pids: [11] }),
    },
    proc,
    files,
    accounts: createAccounts(),
    select: () => ({ measured: true, reason: 'all' }),
    identify: ({ id }) => ({ 'container.id': id }),
    sendsDeltas: counters === 'differences',
    metrics: ALL_METRICS,
    blockDevices: createBlockDevices({ root: '/', files }),
    interfaceReader: createInterfaceReader({ proc, loopback: false }),
    version: '1.2.3',
    clock: () => {
      now += 1;
      return { unixMs: now, monotonicMs: now };
    },
    log: createLogLines().log,
  });
  const encoding = ENCODINGS['http/protobuf'];
  const deliver = (batch: Batch) => void batches.push(batch);
  const batcher = createBatcher({ encoding, compression: 'none', maxRequestBytes: 65_536, deliver });
  const cycle = createCycle({ collector, encoding, batcher, monotonicMs: () => now, recordStage: () => undefined });
  return {
    /** What one cycle over these containers exports. */
    async export(containers: readonly Container[]): Promise<readonly OtlpResourceMetrics[]> {
      living = containers;
      batches.length = 0;
      await cycle();
      return batches.flatMap(({ body }) => decodeMetricsRequest(body).resourceMetrics ?? []);
    },
  };
}

const pointsOf = (exported: OtlpResourceMetrics) =>
  (exported.scopeMetrics ?? [])
    .flatMap(({ metrics = [] }) => metrics)
    .flatMap((metric: OtlpMetric) => (metric.sum ?? metric.gauge)?.dataPoints ?? []);

const idOf = ({ resource }: OtlpResourceMetrics) => resource?.attributes?.[0]?.value?.stringValue;
const hasEnded = (exported: OtlpResourceMetrics): boolean => pointsOf(exported).every(({ flags }) => flags === 1);
const idsOf = (exported: readonly OtlpResourceMetrics[]) => exported.map(idOf).sort();

it.each(['totals', 'differences'] as const)(
  'after fifty generations of twenty containers exports hold the living twenty and nothing else (%s)',
  async (counters) => {
    const host = createHost(counters);
    let former: readonly Container[] = [];
    for (let generation = 0; generation < GENERATIONS; generation++) {
      const living = Array.from({ length: CONTAINERS }, (_, at) => container(`${generation}-${at}`));
      const changed = await host.export(living);
      expect(idsOf(changed.filter(hasEnded))).toEqual(former.map(({ id }) => id).sort());
      expect(idsOf(changed.filter((each) => !hasEnded(each)))).toEqual(living.map(({ id }) => id).sort());
      former = living;
    }
    const last = await host.export(former);
    expect(idsOf(last)).toEqual(former.map(({ id }) => id).sort());
    expect(last.some(hasEnded)).toBe(false);
    expect(JSON.stringify(last)).not.toContain('otel.metric.overflow');
  },
  30_000,
);
