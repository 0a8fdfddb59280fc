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
  cpuUnattributedSeconds: 1.5,
  limits: [
    { limit: 'interfaces', reached: 2, seriesLeftOut: 30 },
    { limit: 'labels', reached: 1, seriesLeftOut: 0 },
  ],
  agent: { userSeconds: 3, systemSeconds: 0.5, residentBytes: 90_000_000 },
  discoveryGaps: 1,
  containersUnseen: 4,
  outboxBatches: 4,
  outboxBytes: 4096,
  outboxOldestAgeSeconds: 12.5,
  outboxWriteErrors: 6,
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
      'plimsoll.containers.unseen': 4,
      'plimsoll.outbox.batches': 4,
      'plimsoll.outbox.oldest.age': 12.5,
      'plimsoll.outbox.write.errors': 6,
      'plimsoll.outbox.size': 4096,
      'plimsoll.outbox.dropped full': 1,
      'plimsoll.outbox.dropped expired': 0,
      'plimsoll.outbox.dropped rejected': 2,
      'plimsoll.cpu.unattributed': 1.5,
      'plimsoll.limit.reached interfaces': 2,
      'plimsoll.limit.reached labels': 1,
      'plimsoll.attribute.overflow interfaces': 30,
      'process.cpu.time user': 3,
      'process.cpu.time system': 0.5,
      'process.memory.usage': 90_000_000,
    });
  });

  it('carry how long the engine took to answer, and why it did not', async () => {
    const observed = await observe(({ recordEngineRequest }) => {
      recordEngineRequest({ urlTemplate: '/info', seconds: 0.02 });
      recordEngineRequest({ urlTemplate: '/info', seconds: 5, errorType: 'ETIMEDOUT' });
    });
    expect(observed['plimsoll.docker.request.duration /info']).toMatchObject({ count: 1, sum: 0.02 });
    expect(observed['plimsoll.docker.request.duration /info ETIMEDOUT']).toMatchObject({ count: 1, sum: 5 });
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
