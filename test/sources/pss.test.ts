import { describe, expect, it } from 'vitest';
import { createPssReader, type PssReaderOptions } from '../../src/sources/pss.ts';
import { createTree, procAt } from './tree.ts';

const MIB = 1024 ** 2;
const rollup = (kilobytes: number) => `Rss: 999 kB\nPss: ${kilobytes} kB\n`;

/** Processes 1 to 9 with as many kB, of which reading each takes so long. */
function createFilled(readingMs: number, options: Partial<PssReaderOptions> = {}) {
  const pids = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const tree = createTree(Object.fromEntries(pids.map((pid) => [`${pid}/smaps_rollup`, rollup(pid)])));
  const proc = procAt(tree.root);
  let now = 0;
  const real = proc.files.read;
  const read: typeof real = (...parameters) => {
    now += readingMs;
    return real(...parameters);
  };
  const files = { ...proc.files, read };
  const reader = createPssReader({ proc: { ...proc, files }, monotonicMs: () => now, budgetMs: 20, ...options });
  const reads = () => proc.files.counts().get('proc.smaps_rollup')?.total ?? 0;
  /** One cycle over processes; kB of each. */
  const cycle = (pids: readonly number[], residentBytes = MIB) => {
    reader.begin();
    return pids.map((pid) => {
      const bytes = reader.read({ pid, startTimeTicks: 100 }, residentBytes);
      return bytes === undefined ? undefined : bytes / 1024;
    });
  };
  return { tree, reader, cycle, reads };
}

describe('the proportional set sizes of all processes', () => {
  it('are read in each cycle where there is time for all', () => {
    const { cycle, reads, tree } = createFilled(1);
    expect(cycle([1, 2, 3])).toEqual([1, 2, 3]);
    tree.write({ '2/smaps_rollup': rollup(50) });
    expect(cycle([1, 2, 3])).toEqual([1, 50, 3]);
    expect(reads()).toBe(6);
  });

  it('take no longer than the budget of a cycle, and the next goes on with those that are left', () => {
    const { cycle, reads } = createFilled(8);
    // After the first it is known what one takes: a third would be too much.
    expect(cycle([1, 2, 3, 4, 5])).toEqual([1, 2, ...Array(3).fill(undefined)]);
    expect(cycle([1, 2, 3, 4, 5])).toEqual([1, 2, 3, 4, undefined]);
    expect(cycle([1, 2, 3, 4, 5])).toEqual([1, 2, 3, 4, 5]);
    expect(reads()).toBe(5);
  });

  it('keep their last value until it is their turn again', () => {
    const { cycle, tree } = createFilled(15);
    cycle([1, 2, 3]);
    cycle([1, 2, 3]);
    expect(cycle([1, 2, 3])).toEqual([1, 2, 3]);
    tree.write({ '1/smaps_rollup': rollup(10), '3/smaps_rollup': rollup(30) });
    expect(cycle([1, 2, 3])).toEqual([10, 2, 3]);
    expect(cycle([1, 2, 3])).toEqual([10, 2, 3]);
    expect(cycle([1, 2, 3])).toEqual([10, 2, 30]);
  });

  it('are read one a cycle where each takes more than the budget', () => {
    const { cycle, reads } = createFilled(100);
    for (let cycles = 0; cycles < 3; cycles++) cycle([1, 2, 3]);
    expect(reads()).toBe(3);
  });

  it('are not those of processes that are too large, which would be stalled for too long', () => {
    const { cycle, reads } = createFilled(1, { maxResidentBytes: 10 * MIB });
    expect(cycle([1], 11 * MIB)).toEqual([undefined]);
    expect(reads()).toBe(0);
    expect(cycle([1], 10 * MIB)).toEqual([1]);
  });

  it('are not taken over by a process that has the id of an earlier one', () => {
    const { reader, cycle } = createFilled(15);
    cycle([1, 2]);
    reader.begin();
    reader.read({ pid: 2, startTimeTicks: 100 }, MIB);
    expect(reader.read({ pid: 1, startTimeTicks: 200 }, MIB)).toBeUndefined();
  });

  it('are nothing for what has just ended', () => {
    const { cycle, tree } = createFilled(1);
    tree.remove('1');
    expect(cycle([1])).toEqual([0]);
  });

  it('are forgotten with the process', () => {
    const { cycle } = createFilled(15);
    expect(cycle([1, 2])).toEqual([1, undefined]);
    cycle([2]);
    cycle([2]);
    expect(cycle([2, 1])).toEqual([2, undefined]);
  });
});
