import { describe, expect, it } from 'vitest';
import { parseBootTime } from '../../../src/sources/proc/boot-time.ts';
import { expectToSurvive } from '../corruption.ts';
import { fixtures } from '../fixtures.ts';

const parse = (text: string) => parseBootTime(Buffer.from(text));

describe('the boot time', () => {
  it('is the line btime, wherever it stands', () => {
    expect(parse('cpu  1 2 3\nintr 5\nctxt 6\nbtime 1700000000\nprocesses 7\n')).toBe(1_700_000_000);
    expect(parse('btime 1700000000\n')).toBe(1_700_000_000);
  });

  it('is not a key that ends like it', () => {
    expect(parse('notbtime 5\nbtime 6\n')).toBe(6);
    expect(parse('notbtime 5\n')).toBeUndefined();
  });

  it('is absent where there is none or it is no number', () => {
    for (const text of ['', 'cpu 1 2 3\n', 'btime\n', 'btime x\n', 'btime -5\n']) expect(parse(text)).toBeUndefined();
  });

  it('survives anything', () => {
    expectToSurvive(parseBootTime, fixtures('hosts/*/proc/stat'));
  });
});
