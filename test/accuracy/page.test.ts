import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXACT, NOT_CHARGED, TICKS } from './parts/bounds.ts';
import { generateAccuracyPage, listedRows } from './parts/page.ts';
import { INEXACT, INTRODUCTION } from './parts/prose.ts';
import { type Outcome, objection, type Row } from './parts/row.ts';
import { ALL_ROWS, GUEST_ENGINE } from './tables.ts';

const MACHINE = { kernel: 'Linux 6.1', engine: 'Docker 20', date: '2026-11-23' };
const row: Row = { engine: 'Docker', scenario: 'busy', value: 'container.cpu.time', unit: 's', bound: TICKS };
const bytes: Row = { engine: 'Docker', scenario: 'full', value: 'container.disk.io', unit: 'By', bound: NOT_CHARGED };
const word: Row = { engine: 'Docker', scenario: 'paused', value: 'container.status', unit: 'word', bound: EXACT };

const lineOf = (it: Row, outcome?: Outcome): string | undefined =>
  generateAccuracyPage([it], outcome ? [{ row: it, outcome }] : [], MACHINE)
    .split('\n')
    .find((line) => line.startsWith(`| ${it.scenario}`));

describe('docs/accuracy.md', () => {
  const page = readFileSync(new URL('../../docs/accuracy.md', import.meta.url), 'utf8');

  it('lists the scenarios, values and bounds of the suite, so that it is not stale', () => {
    expect(listedRows(page)).toEqual(listedRows(generateAccuracyPage(ALL_ROWS, [], MACHINE)));
  });

  it.each(Object.entries({ INTRODUCTION, INEXACT }))(
    'has the prose of the suite, so that it is not stale: %s',
    (_, prose) => {
      expect(page).toContain(prose);
    },
  );

  it('says of each table which kernel it is of, where that is another', () => {
    expect(page).toMatch(new RegExp(`## ${GUEST_ENGINE}\n\nOn Linux \\d+\\.\\S+ in user mode\\.\n`));
  });

  it('was written by a run in which every row was measured and within its bound', () => {
    const unproven = page.split('\n').filter((line) => /\*\*off\*\*|not measured/.test(line));
    expect(unproven).toEqual([]);
  });

  it('names each row once', () => {
    const keys = ALL_ROWS.map(({ engine, scenario, value }) => `${engine}: ${scenario}: ${value}`);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });
});

describe('a table', () => {
  it('says which kernel it is of, where that is not the one of the page', () => {
    const measured = { row, outcome: { truth: 2, plimsoll: 2 } };
    const page = generateAccuracyPage([row], [{ ...measured, kernel: 'Linux 5.10' }], MACHINE);
    expect(page).toContain('## Docker\n\nOn Linux 5.10.\n\n| scenario');
    expect(generateAccuracyPage([row], [measured], MACHINE)).toContain('## Docker\n\n| scenario');
  });
});

describe('a line of the table', () => {
  it('shows the truth beside what each source says, and the bound', () => {
    const outcome = { truth: 2.0354, plimsoll: 2.03, stats: 2.0354, old: 'fails' };
    expect(lineOf(row, outcome)).toBe(
      '| busy | `container.cpu.time` | 2.035 s | 2.030 s | 2.035 s | fails | −0.020 s, +0 | ticks |',
    );
  });

  it('marks a value that is off', () => {
    expect(lineOf(row, { truth: 2, plimsoll: 1.97 })).toContain('| 1.970 s **off** | – | – |');
  });

  it('says where nothing was measured, and why', () => {
    expect(lineOf(row)).toContain('| not measured |');
    expect(lineOf(row, { notSeenLive: 'no swap' })).toContain('| not seen live: no swap |');
  });

  it('shows bytes with their digits grouped and a bound that is everything', () => {
    expect(lineOf(bytes, { truth: 16777216, plimsoll: 0 })).toContain(
      '| 16,777,216 B | 0 B | – | – | −all, +1,048,576 B |',
    );
  });
});

describe('a row', () => {
  it('holds up to its bound on either side and not beyond', () => {
    expect(objection(row, { truth: 2, plimsoll: 1.98 })).toBeUndefined();
    expect(objection(row, { truth: 2, plimsoll: 1.979 })).toMatch(/1\.979 s.*truth is 2/);
    expect(objection(row, { truth: 2, plimsoll: 2.001 })).toBeDefined();
    expect(objection(bytes, { truth: 5_000_000, plimsoll: 0 })).toBeUndefined();
  });

  it('takes a series that is not there for no number at all', () => {
    expect(objection(row, { truth: 0, plimsoll: 'none' })).toMatch(/none/);
    expect(objection(word, { truth: 'none', plimsoll: 'none' })).toBeUndefined();
    expect(objection(word, { truth: 'paused', plimsoll: 'running' })).toBeDefined();
  });

  it('has no objection to what could not be seen', () => {
    expect(objection(row, { notSeenLive: 'no swap' })).toBeUndefined();
  });
});
