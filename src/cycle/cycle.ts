import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CycleStage } from '../instruments/self.ts';
import type { Batcher } from '../push/batcher.ts';
import type { Encoding } from '../push/encoding.ts';
import { countPoints } from '../push/points.ts';
import type { Collected, Collector } from './collector.ts';

export type CycleOptions = {
  readonly collector: Collector;
  readonly encoding: Encoding;
  readonly batcher: Batcher;
  readonly monotonicMs: () => number;
  readonly recordStage: (stage: CycleStage, seconds: number) => void;
};

export type CycleReport = { readonly containers: number; readonly processes: number };

/** The event loop is given back at least this often, so that health checks and deliveries go on in a large cycle. */
const SLICE_MS = 10;
const MS_PER_SECOND = 1000;

/** One collect of all containers, encoded as it goes: their points are never all in memory at once. */
export function createCycle({
  collector,
  encoding,
  batcher,
  monotonicMs,
  recordStage,
}: CycleOptions): () => Promise<CycleReport> {
  async function deliver(collected: Collected): Promise<void> {
    if (collected.kind === 'left out') return;
    const { metrics } = collected;
    const chunk = collected.kind === 'ended' ? encoding.encodeEnd(metrics) : encoding.encode(metrics);
    await batcher.add(chunk, countPoints(metrics));
  }

  return async () => {
    const startedAt = monotonicMs();
    const containers = await collector.discover();
    const discoveredAt = monotonicMs();
    const report = { containers: 0, processes: 0 };
    let sliceAt = discoveredAt;
    for await (const collected of collector.collect(containers)) {
      await deliver(collected);
      if (collected.kind === 'measured') {
        report.containers += 1;
        report.processes += processesOf(collected);
      }
      if (monotonicMs() - sliceAt < SLICE_MS) continue;
      await nextTurn();
      sliceAt = monotonicMs();
    }
    const collectedAt = monotonicMs();
    await batcher.finish();
    const deliveredAt = monotonicMs();
    recordStage('discover', (discoveredAt - startedAt) / MS_PER_SECOND);
    recordStage('collect', (collectedAt - discoveredAt) / MS_PER_SECOND);
    recordStage('deliver', (deliveredAt - collectedAt) / MS_PER_SECOND);
    recordStage('total', (deliveredAt - startedAt) / MS_PER_SECOND);
    return report;
  };
}

function processesOf({ usage }: Extract<Collected, { kind: 'measured' }>): number {
  const { running, sleeping, stopped, defunct } = usage.processes?.countByState ?? {
    running: 0,
    sleeping: 0,
    stopped: 0,
    defunct: 0,
  };
  return running + sleeping + stopped + defunct;
}
