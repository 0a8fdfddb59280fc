import { describe, expect, it } from 'vitest';
import { readParentsFirst } from '../../src/sources/parents-first.ts';

/** Parents by pid; notes what is read and answers the order of the outcome. */
function orderOf(
  pids: readonly number[],
  parents: Record<number, number>,
  gone: (pid: number, reads: number) => boolean,
) {
  const reads: number[] = [];
  const read = (pid: number) => {
    reads.push(pid);
    const count = reads.filter((each) => each === pid).length;
    return gone(pid, count) ? undefined : { pid, parent: parents[pid]! };
  };
  const processes = readParentsFirst(pids, { read, parentOf: ({ parent }) => parent });
  return { order: processes.map(({ pid }) => pid), reads };
}
const never = () => false;

describe('reading parents before their children', () => {
  it('reads each process once where the pids are in that order', () => {
    const { order, reads } = orderOf([1, 5, 9], { 1: 0, 5: 1, 9: 5 }, never);
    expect(order).toEqual([1, 5, 9]);
    expect(reads).toEqual([1, 5, 9]);
  });

  it('reads a child again that came before its parent, and what is below it', () => {
    const { order, reads } = orderOf([1, 3, 4, 9], { 1: 0, 9: 1, 3: 9, 4: 3 }, never);
    expect(order).toEqual([1, 9, 3, 4]);
    expect(reads).toEqual([1, 3, 4, 9, 3, 4]);
  });

  it('leaves out what is gone, at the first reading or at the second', () => {
    expect(orderOf([1, 3, 9], { 1: 0, 9: 1, 3: 9 }, (pid) => pid === 1).order).toEqual([9, 3]);
    expect(orderOf([1, 3, 9], { 1: 0, 9: 1, 3: 9 }, (pid, reads) => pid === 3 && reads === 2).order).toEqual([1, 9]);
  });

  it('ends where readings of different moments make processes each other’s parents', () => {
    expect(orderOf([3, 4], { 3: 4, 4: 3 }, never).order.sort()).toEqual([3, 4]);
  });
});
