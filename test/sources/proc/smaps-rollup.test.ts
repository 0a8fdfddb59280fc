import { describe, expect, it } from 'vitest';
import { parsePss, readPss } from '../../../src/sources/proc/smaps-rollup.ts';
import { expectToSurvive } from '../corruption.ts';
import { fixture, fixtures } from '../fixtures.ts';
import { createTree, procAt } from '../tree.ts';

describe('the proportional set size', () => {
  it('is the line Pss, in bytes, and none of those whose names begin like it', () => {
    expect(parsePss(fixture('proc/opt-in/smaps_rollup'))).toBe(752 * 1024);
    expect(parsePss(Buffer.from('SwapPss: 1 kB\nPss_Dirty: 2 kB\nPss:  3 kB\n'))).toBe(3 * 1024);
  });

  it('is malformed without the line', () => {
    expect(parsePss(Buffer.from('Rss: 1 kB\nPss_Anon: 2 kB\n'))).toBeUndefined();
  });

  it('is more than nothing for a real process, and gone with it', () => {
    const outcome = readPss(procAt('/proc'), process.pid);
    expect(outcome.status === 'ok' && outcome.value).toBeGreaterThan(1_000_000);
    expect(readPss(procAt(createTree().root), 7)).toEqual({ status: 'gone' });
  });

  it('survives anything', () => {
    expectToSurvive(parsePss, fixtures('proc/*/smaps_rollup'));
  });
});
