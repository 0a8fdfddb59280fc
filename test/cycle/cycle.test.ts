import { setImmediate } from 'node:timers';
import { describe, expect, it } from 'vitest';
import type { Collected } from '../../src/cycle/collector.ts';
import { type CycleOptions, createCycle } from '../../src/cycle/cycle.ts';
import { container } from '../fakes/containers.ts';
import { usage } from '../fakes/usage.ts';
import { collectSample } from '../push/resource-metrics.ts';

const metrics = await collectSample({});

const text = (chunk: Uint8Array): string => Buffer.from(chunk).toString();

function createFilled(collected: readonly Collected[], options: Partial<CycleOptions> = {}) {
  const added: { readonly chunk: string; readonly points: number }[] = [];
  const stages = new Map<string, number>();
  const collector: CycleOptions['collector'] = {
    discover: async () => [],
    async *collect() {
      yield* collected;
    },
  };
  const cycle = createCycle({
    collector,
    encoding: {
      contentType: 'application/json',
      encode: () => Buffer.from('live'),
      encodeEnd: () => Buffer.from('end'),
      join: (chunks) => Buffer.concat(chunks),
      joinBytes: { once: 0, each: 0 },
      parse: () => ({}),
      write: () => Buffer.from('written'),
    },
    batcher: {
      add: async (chunk, points) => void added.push({ chunk: text(chunk), points }),
      finish: async () => void added.push({ chunk: 'finish', points: 0 }),
    },
    monotonicMs: () => 0,
    recordStage: (stage, seconds) => stages.set(stage, seconds),
    ...options,
  });
  return { cycle, added, stages };
}

const measured: Collected = { kind: 'measured', usage: usage(), metrics };
const ended: Collected = { kind: 'ended', container: container('gone'), metrics };
const leftOut: Collected = { kind: 'left out', container: container('other'), reason: 'excluded' };

describe('cycle', () => {
  it('encodes what was measured and what has ended, each its own way, and hands on the rest at the end', async () => {
    const { cycle, added } = createFilled([ended, leftOut, measured]);
    await cycle();
    expect(added).toEqual([
      { chunk: 'end', points: 8 },
      { chunk: 'live', points: 8 },
      { chunk: 'finish', points: 0 },
    ]);
  });

  it('reports how much it measured', async () => {
    const withoutProcesses: Collected = { kind: 'measured', usage: usage({ processes: undefined }), metrics };
    const cpu = { time: { userSeconds: 1, systemSeconds: 0 }, isOfProcesses: true };
    const withoutCgroup: Collected = { kind: 'measured', usage: usage({ cpu, processes: undefined }), metrics };
    const { cycle } = createFilled([measured, ended, leftOut, withoutProcesses, withoutCgroup]);
    expect(await cycle()).toEqual({
      containers: 3,
      processes: 10,
      cpuUnattributedSeconds: 3 - 1.75,
      cpuTimeFrom: { cgroup: 2, procfs: 1 },
    });
  });

  it('gives the event loop back every ten milliseconds or so', async () => {
    let now = 0;
    let turns = 0;
    const { cycle } = createFilled(Array<Collected>(100).fill(measured), { monotonicMs: () => now++ });
    const count = (): void => {
      turns += 1;
      immediate = setImmediate(count);
    };
    let immediate = setImmediate(count);
    await cycle();
    clearImmediate(immediate);
    // Each container takes one millisecond or two of this clock.
    expect(turns).toBeGreaterThanOrEqual(9);
    expect(turns).toBeLessThanOrEqual(25);
  });

  it('records how long its stages took, in seconds', async () => {
    const times = [0, 500, 500, 2500, 3000];
    const { cycle, stages } = createFilled([], { monotonicMs: () => times.shift() ?? 3000 });
    times.splice(2, 1);
    await cycle();
    expect(Object.fromEntries(stages)).toEqual({ discover: 0.5, collect: 2, deliver: 0.5, total: 3 });
  });
});
