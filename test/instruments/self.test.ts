import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import { registerSelfInstruments, type SelfReading } from '../../src/instruments/self.ts';
import { PullReader } from '../../src/push/pull-reader.ts';
import { pointsOf } from '../cycle/points-of.ts';

const reading: SelfReading = {
  containers: 3,
  processes: 14,
  reads: [
    { source: 'proc.stat', total: 100, failures: { gone: 2, denied: 0, malformed: 0, failed: 0 } },
    { source: 'cgroup.cpu.stat', total: 50, failures: { gone: 0, denied: 0, malformed: 0, failed: 0 } },
  ],
  discoveryGaps: 1,
  outboxBatches: 4,
  outboxBytes: 4096,
  dropped: { full: 1, expired: 0, rejected: 2 },
};

async function observe(record: (self: ReturnType<typeof registerSelfInstruments>) => void = () => undefined) {
  const reader = new PullReader();
  const meter = new MeterProvider({ readers: [reader] }).getMeter('test');
  record(registerSelfInstruments(meter, () => reading));
  return Object.fromEntries(pointsOf(await reader.pull()).map(({ series, value }) => [series, value]));
}

describe('metrics of the agent itself', () => {
  it('carry what it knows of itself', async () => {
    expect(await observe()).toEqual({
      'plimsoll.containers': 3,
      'plimsoll.processes': 14,
      'plimsoll.read.count proc.stat': 100,
      'plimsoll.read.count cgroup.cpu.stat': 50,
      'plimsoll.read.errors proc.stat gone': 2,
      'plimsoll.discovery.gaps': 1,
      'plimsoll.outbox.batches': 4,
      'plimsoll.outbox.size': 4096,
      'plimsoll.outbox.dropped full': 1,
      'plimsoll.outbox.dropped expired': 0,
      'plimsoll.outbox.dropped rejected': 2,
    });
  });

  it('carry how long each stage of a cycle took', async () => {
    const observed = await observe(({ recordStage }) => {
      recordStage('collect', 0.02);
      recordStage('collect', 0.04);
      recordStage('total', 0.5);
    });
    expect(observed['plimsoll.cycle.duration collect']).toMatchObject({ count: 2, sum: 0.06, max: 0.04 });
    expect(observed['plimsoll.cycle.duration total']).toMatchObject({ count: 1 });
  });
});
