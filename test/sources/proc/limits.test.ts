import { describe, expect, it } from 'vitest';
import { parseLimits } from '../../../src/sources/proc/limits.ts';
import { expectToSurvive } from '../corruption.ts';
import { fixture, fixtures } from '../fixtures.ts';

const parse = (text: string) => parseLimits(Buffer.from(text));

describe('the limits of a process', () => {
  it('have the soft limit of open files, which is lower than the hard one', () => {
    expect(parseLimits(fixture('proc/opt-in/limits'))).toEqual({ openFiles: 200 });
  });

  it('have none where there is none', () => {
    expect(parse('Max open files            unlimited            unlimited            files     \n')).toEqual({});
  });

  it('are malformed without the line, or with anything else in it', () => {
    for (const text of ['', 'Max open files', 'Max open files  -1  5 files\n', 'Max open filesystems 5 5\n']) {
      expect(parse(text), text).toBeUndefined();
    }
  });

  it('survives anything', () => {
    expectToSurvive(parseLimits, fixtures('proc/*/limits'));
  });
});
