import { describe, expect, it } from 'vitest';
import { parseChildren, readChildren } from '../../../src/sources/proc/children.ts';
import { expectToSurvive } from '../corruption.ts';
import { fixtures } from '../fixtures.ts';
import { createTree, procAt } from '../tree.ts';

describe('the children of a thread', () => {
  it('are one line of ids, which may be empty', () => {
    expect(parseChildren(Buffer.from('12 345 6 '))).toEqual([12, 345, 6]);
    expect(parseChildren(Buffer.from(''))).toEqual([]);
  });

  it('are malformed where one is no id', () => {
    expect(parseChildren(Buffer.from('12 x '))).toBeUndefined();
  });

  it('survives anything', () => {
    expectToSurvive(parseChildren, fixtures('hosts/*/proc/*/task/*/children'));
  });
});

describe('the children of a process', () => {
  it('are those of all its threads', () => {
    const { root } = createTree({ '5/task/5/children': '6 7 ', '5/task/8/children': '9 ', '5/task/10/': '' });
    expect(readChildren(procAt(root), 5).sort()).toEqual([6, 7, 9]);
  });

  it('are none where the process has ended', () => {
    expect(readChildren(procAt(createTree().root), 5)).toEqual([]);
  });
});
