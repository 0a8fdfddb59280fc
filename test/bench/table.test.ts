import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { derive } from '../../bench/derived.ts';
import { PEER_ROWS } from '../../bench/peers/table.ts';
import type { HerdResult, Round } from '../../bench/result.ts';
import { ROWS } from '../../bench/rows.ts';
import { tables } from '../../bench/table.ts';

const NO_STAGES = { discover: 0, resolve: 0, read: 0, account: 0, observe: 0, encode: 0, compress: 0, send: 0 };

/** 10 containers; a floor of 100 µs a container times `slow`, a cycle of `cycleUs`. */
const round = (cycleUs: number, slow = 1, containers = 10): Round => {
  const floor = { cpuSeconds: 0.001 * containers * slow, files: 1_000, failures: 0, cycles: 10 };
  return {
    window: {
      cpuSeconds: (cycleUs * 5 * containers) / 1e6,
      deliveries: {
        samples: 5 * containers,
        readAnew: 5 * containers,
        points: 200 * containers,
        bytes: 2_500 * containers,
        spreadsMs: [],
      },
      engineRequests: 0,
    },
    floor,
    hotFloor: { ...floor, cpuSeconds: floor.cpuSeconds / 2 },
    keptFloor: { ...floor, cpuSeconds: floor.cpuSeconds / 2 },
    reading: { cpuSeconds: 0.0002 * containers * slow, cycles: 1, containers },
  };
};

const herd = (rounds: readonly Round[], containers = 10): HerdResult => ({
  containers,
  files: 10 * containers,
  intervalMs: 200,
  contestants: { Plimsoll: { rounds, memory: { residentBytes: 90e6, peakBytes: 120e6 } } },
  stages: {
    cycles: 2,
    seconds: { idle: { ...NO_STAGES, read: 0.001 }, busy: { ...NO_STAGES, read: 0.003 } },
    helperSeconds: 0.0006,
    garbageSeconds: 0.0004,
    kinds: { 'proc.stat': { reads: 50, medianUs: 8 }, 'cgroup.procs': { reads: 25, medianUs: 20 } },
    kindCycles: 5,
  },
  startsMs: [700, 900, 800],
  oncesMs: [900, 950, 1_000],
  readingSpreadsMs: [3, 4, 5],
  blocksMs: [],
});

describe('what is derived of a herd', () => {
  it('takes ratios within a round: a slow moment of the machine is in both', () => {
    const { cycleToFloor, cycleToHotFloor, readingToFloor, keptToFloor } = derive(
      herd([round(400, 4), round(200), round(600)]),
      'Plimsoll',
    );
    expect([cycleToFloor, cycleToHotFloor, readingToFloor, keptToFloor].map((ratio) => ratio.toFixed(3))).toEqual([
      '2.000',
      '4.000',
      '2.000',
      '0.500',
    ]);
  });

  it('says what one container costs in one cycle', () => {
    const derived = derive(herd([round(250)]), 'Plimsoll');
    expect(derived.cycleUs).toBeCloseTo(250);
    expect(derived).toMatchObject({ pointsPerSample: 40, bytesPerSample: 500, spreadMs: 4, startMs: 800, onceMs: 950 });
    expect([derived.idleUs, derived.helpersUs, derived.garbageUs].map(Math.round)).toEqual([100, 30, 20]);
    expect(derived.stagesUs.read).toBeCloseTo(200);
    // What the agent used of 250 µs beyond the 200 of the stages.
    expect(derived.restUs).toBeCloseTo(50);
    expect(derived.idleToBusy).toBeCloseTo(1 / 3);
  });

  it('has no number for descriptors that were not allowed', () => {
    const { keptFloor: _, ...without } = round(250);
    expect(derive(herd([without]), 'Plimsoll').keptToFloor).toBeNaN();
  });
});

describe('the table', () => {
  const machine = {
    date: '',
    kernel: '',
    cpu: '',
    cpus: 2,
    memoryBytes: 0,
    node: '',
    cgroups: 'v1',
    commit: '',
  } as const;

  it('marks what is over its budget and nothing else', () => {
    const herds = [herd([round(250)]), herd([round(450, 1, 100)], 100)];
    const lines = tables({ machine, herds, dockerHerds: [] }).split('\n');
    expect(lines.find((line) => line.startsWith('| whole cycle ÷ floor |'))).toBe(
      '| whole cycle ÷ floor | ≤ 3.0 | 2.50 | 4.50 ▲ |',
    );
    expect(lines.find((line) => line.includes('÷ with 100'))).toContain('| 0.56 | 1.00 |');
  });

  it('asks of each size of herd what is asked of it', () => {
    const big = (containers: number): HerdResult => ({
      ...herd([round(250, 1, containers)], containers),
      contestants: {
        Plimsoll: { rounds: [round(250, 1, containers)], memory: { residentBytes: 150e6, peakBytes: 150e6 } },
      },
    });
    const lines = tables({ machine, herds: [100, 1_000, 2_000].map(big), dockerHerds: [] }).split('\n');
    expect(lines.find((line) => line.startsWith('| resident memory (MB)'))).toContain('| 150 ▲ | 150 | 150 |');
  });

  it('has the dearest kind of file first', () => {
    const lines = tables({ machine, herds: [herd([round(250)])], dockerHerds: [] }).split('\n');
    expect(lines.filter((line) => line.startsWith('| `'))).toEqual([
      '| `cgroup.procs` | 0.50 | 20.0 | 10.0 |',
      '| `proc.stat` | 1.00 | 8.0 | 8.0 |',
    ]);
  });
});

it('docs/performance.md has the rows of the tables, so that it is not stale', () => {
  const page = readFileSync(new URL('../../docs/performance.md', import.meta.url), 'utf8');
  const rowsOf = (isTable: (title: string) => boolean): string[] =>
    (page.split('\n\n').find((part) => isTable(part.split('\n', 1)[0]!)) ?? '')
      .trimEnd()
      .split('\n')
      .slice(2)
      .map((line) => line.split(' | ').slice(0, 2).join(' | '));
  const texts = (rows: readonly { what: string; budget?: string }[]) =>
    rows.map(({ what, budget = '' }) => `| ${what} | ${budget}`);
  expect(rowsOf((title) => title.startsWith('|  | budget'))).toEqual(texts(ROWS));
  expect(rowsOf((title) => title.includes('of a real engine | budget'))).toEqual(texts(PEER_ROWS));
});
