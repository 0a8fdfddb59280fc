import { setImmediate as nextTurn } from 'node:timers/promises';
import { unattributedCpuSeconds } from '../accounting/unattributed.ts';
import type { ContainerUsage } from '../accounting/usage.ts';
import type { CycleStage } from '../instruments/self.ts';
import type { Batcher } from '../push/batcher.ts';
import type { Encoding } from '../push/encoding.ts';
import { countPoints } from '../push/points.ts';
import { type Container, isRunning } from '../sources/container.ts';
import type { Collected, Collector } from './collector.ts';
import { type CpuTimeFrom, cpuTimeFrom } from './decisions.ts';
import type { Templates } from './templates.ts';

export type CycleOptions = {
  readonly collector: Pick<Collector, 'discover' | 'collect'>;
  readonly encoding: Encoding;
  readonly batcher: Batcher;
  /** The same that the collector asks; absent: every message is encoded. */
  readonly templates?: Templates | undefined;
  readonly monotonicMs: () => number;
  readonly recordStage: (stage: CycleStage, seconds: number) => void;
  /** Hears of each stage when it begins. */
  readonly onStage?: (stage: CycleStage) => void;
};

export type CycleReport = {
  readonly containers: number;
  readonly processes: number;
  /** Of all containers; absent where it is known of none. */
  readonly cpuUnattributedSeconds?: number;
  /** Containers by where their CPU time comes from. */
  readonly cpuTimeFrom: Record<CpuTimeFrom, number>;
};

export const emptyReport = (): CycleReport => ({ containers: 0, processes: 0, cpuTimeFrom: { cgroup: 0, procfs: 0 } });

/** The event loop is given back at least this often, so that health checks and deliveries go on in a large cycle. */
const SLICE_MS = 5;
const MS_PER_SECOND = 1000;

/** One collect of all containers, encoded as it goes: their points are never all in memory at once. */
export function createCycle({
  collector,
  encoding,
  batcher,
  templates,
  monotonicMs,
  recordStage,
  onStage = () => undefined,
}: CycleOptions): () => Promise<CycleReport> {
  return async () => {
    const startedAt = monotonicMs();
    onStage('discover');
    const containers = await collector.discover();
    const discoveredAt = monotonicMs();
    onStage('collect');
    const report: { -readonly [field in keyof CycleReport]: CycleReport[field] } = emptyReport();
    let sliceAt = discoveredAt;
    for await (const collected of collector.collect(containers)) {
      await addTo({ batcher, encoding, templates }, collected);
      if ('usage' in collected && isCounted(collected.usage.container)) {
        report.containers += 1;
        report.processes += processesOf(collected);
        const source = cpuTimeFrom(collected.usage);
        if (source) report.cpuTimeFrom[source] += 1;
        const unattributed = unattributedCpuSeconds(collected.usage);
        if (unattributed !== undefined)
          report.cpuUnattributedSeconds = (report.cpuUnattributedSeconds ?? 0) + unattributed;
      }
      if (monotonicMs() - sliceAt < SLICE_MS) continue;
      await nextTurn();
      sliceAt = monotonicMs();
    }
    const collectedAt = monotonicMs();
    onStage('deliver');
    await batcher.finish();
    const deliveredAt = monotonicMs();
    recordStage('discover', (discoveredAt - startedAt) / MS_PER_SECOND);
    recordStage('collect', (collectedAt - discoveredAt) / MS_PER_SECOND);
    recordStage('deliver', (deliveredAt - collectedAt) / MS_PER_SECOND);
    recordStage('total', (deliveredAt - startedAt) / MS_PER_SECOND);
    return report;
  };
}

/** Encodes what a collector ends, and hands it on. */
export async function deliverEnds(
  ends: AsyncIterable<Collected>,
  parts: Pick<CycleOptions, 'encoding' | 'batcher' | 'templates'>,
): Promise<void> {
  for await (const each of ends) await addTo(parts, each);
  await parts.batcher.finish();
}

function addTo(
  { batcher, encoding, templates }: Pick<CycleOptions, 'encoding' | 'batcher' | 'templates'>,
  collected: Collected,
): Promise<void> | undefined {
  switch (collected.kind) {
    case 'left out':
      return undefined;
    case 'same series': {
      const { usage, at, observation } = collected;
      const { chunk, pointCount } = templates!.fill(usage.container.id, at, observation);
      return batcher.add(chunk, pointCount);
    }
    case 'ended': {
      templates?.forget(collected.container.id);
      return batcher.add(encoding.encodeEnd(collected.metrics), countPoints(collected.metrics));
    }
    case 'measured': {
      const chunk = encoding.encode(collected.metrics);
      templates?.put(collected.usage.container.id, chunk, collected.metrics);
      return batcher.add(chunk, countPoints(collected.metrics));
    }
  }
}

/** The sandbox of a pod is no container of anybody's. */
const isCounted = (container: Container): boolean => isRunning(container) && !container.isPodSandbox;

function processesOf({ usage }: { readonly usage: ContainerUsage }): number {
  const { running, sleeping, stopped, defunct } = usage.processes?.countByState ?? {
    running: 0,
    sleeping: 0,
    stopped: 0,
    defunct: 0,
  };
  return running + sleeping + stopped + defunct;
}
