import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { derive } from '../../bench/derived.ts';
import type { HerdResult, Round } from '../../bench/result.ts';
import { ROWS } from '../../bench/rows.ts';
import { tables } from '../../bench/table.ts';

const NO_STAGES = { discover: 0, resolve: 0, read: 0, account: 0, observe: 0, encode: 0, compress: 0, send: 0 };

/** 10 containers; a floor of 100 µs a container times `slow`, a cycle of `cycleUs`. */
const round = (cycleUs: number, slow = 1): Round => ({
  floorOpen: { cpuSeconds: 0.01 * slow, files: 1_000, failures: 0, cycles: 10 },
  floorKept: { cpuSeconds: 0.005 * slow, files: 1_000, failures: 0, cycles: 10 },
  reading: { cpuSeconds: 0.002 * slow, cycles: 1, containers: 10 },
  agents: {
    Plimsoll: {
      cpuSeconds: (cycleUs * 50) / 1e6,
      deliveries: { samples: 50, points: 2_000, bytes: 25_000, spreadsMs: [3, 4, 5] },
      engineRequests: 0,
    },
  },
});

const herd = (rounds: readonly Round[], containers = 10): HerdResult => ({
  containers,
  files: 10 * containers,
  intervalMs: 200,
  rounds,
  memory: { Plimsoll: { residentBytes: 90e6, peakBytes: 120e6 } },
  stages: {
    cycles: 2,
    seconds: { idle: { ...NO_STAGES, read: 0.001 }, busy: { ...NO_STAGES, read: 0.003 } },
    helperSeconds: 0.0006,
    garbageSeconds: 0.0004,
    kinds: { 'proc.stat': { reads: 50, medianUs: 8 }, 'cgroup.procs': { reads: 25, medianUs: 20 } },
    kindCycles: 5,
  },
  startsMs: [700, 900, 800],
  blocksMs: [],
});

describe('what is derived of a herd', () => {
  it('takes ratios within a round: a slow moment of the machine is in both', () => {
    const { cycleToFloor, readingToFloor, keptToFloor } = derive(
      herd([round(400, 4), round(200), round(600)]),
      'Plimsoll',
    );
    expect([cycleToFloor, readingToFloor, keptToFloor].map((ratio) => ratio.toFixed(3))).toEqual([
      '2.000',
      '2.000',
      '0.500',
    ]);
  });

  it('says what one container costs in one cycle', () => {
    const derived = derive(herd([round(250)]), 'Plimsoll');
    expect(derived.cycleUs).toBeCloseTo(250);
    expect(derived).toMatchObject({ pointsPerSample: 40, bytesPerSample: 500, spreadMs: 4, startMs: 800 });
    expect([derived.idleUs, derived.helpersUs, derived.garbageUs].map(Math.round)).toEqual([100, 30, 20]);
    expect(derived.stagesUs.read).toBeCloseTo(200);
    expect(derived.idleToBusy).toBeCloseTo(1 / 3);
  });

  it('has no number for descriptors that were not allowed', () => {
    const { floorKept: _, ...without } = round(250);
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
    const lines = tables({ machine, herds: [herd([round(250)]), herd([round(450)])] }).split('\n');
    expect(lines.find((line) => line.startsWith('| whole cycle ÷ floor'))).toBe(
      '| whole cycle ÷ floor | ≤ 3.0 | 2.50 | 4.50 ▲ |',
    );
    expect(lines.find((line) => line.includes('smallest herd'))).toContain('| 1.00 | 1.80 ▲ |');
  });

  it('has the dearest kind of file first', () => {
    const lines = tables({ machine, herds: [herd([round(250)])] }).split('\n');
    expect(lines.filter((line) => line.startsWith('| `'))).toEqual([
      '| `cgroup.procs` | 0.50 | 20.0 | 10.0 |',
      '| `proc.stat` | 1.00 | 8.0 | 8.0 |',
    ]);
  });
});

it('docs/performance.md has the rows of the table, so that it is not stale', () => {
  const page = readFileSync(new URL('../../docs/performance.md', import.meta.url), 'utf8');
  const [table] = page.split('\n\n').filter((part) => part.startsWith('|  | budget'));
  const written = table
    ?.split('\n')
    .slice(2)
    .map((line) => line.split(' | ').slice(0, 2).join(' | '));
  expect(written).toEqual(ROWS.map(({ what, budget = '' }) => `| ${what} | ${budget}`));
});
