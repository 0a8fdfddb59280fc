import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStatus } from '../../../src/sources/proc/status.ts';
import { expectCounts, expectToSurvive } from '../corruption.ts';
import { fixture, fixtures } from '../fixtures.ts';

const KIB = 1024;
const captured = (name: string) => fixture(`proc/${name}/status`).toString();
const parse = (text: string) => parseStatus(Buffer.from(text));
const without = (text: string, key: RegExp) =>
  text
    .split('\n')
    .filter((line) => !key.test(line))
    .join('\n');

const WHOLE = {
  virtualBytes: 1028 * KIB,
  residentAnonBytes: 52 * KIB,
  residentFileBytes: 652 * KIB,
  residentShmemBytes: 0,
  swapBytes: 0,
};

describe('the status of a process', () => {
  it('gives its memory in bytes', () => {
    expect(parse(captured('brackets-in-name'))).toEqual(WHOLE);
  });

  it('says nothing of the memory of those that have none: kernel threads and zombies', () => {
    for (const name of ['kernel-thread', 'kworker', 'zombie']) expect(parse(captured(name)), name).toEqual({});
  });

  it('has no split of the resident memory before Linux 4.5', () => {
    const { virtualBytes, swapBytes } = WHOLE;
    expect(parse(without(captured('brackets-in-name'), /^Rss(Anon|File|Shmem):/))).toEqual({ virtualBytes, swapBytes });
  });

  it('has no swap before Linux 2.6.34', () => {
    const { swapBytes: _, ...rest } = WHOLE;
    expect(parse(without(captured('brackets-in-name'), /^VmSwap:/))).toEqual(rest);
  });

  it('is read by key, whatever the order of the lines and whichever lines a kernel adds', () => {
    const added = ['VmSizeOfTomorrow:\t 7 kB', 'RssAnonHuge:\t 7 kB', 'Vm', 'R', '', 'Nonsense'];
    const lines = [...captured('brackets-in-name').split('\n'), ...added];
    fc.assert(
      fc.property(fc.shuffledSubarray(lines, { minLength: lines.length }), (shuffled) => {
        expect(parse(shuffled.join('\n'))).toEqual(WHOLE);
      }),
    );
  });

  it('does not take the name of a process for a line of its own', () => {
    // The kernel writes a newline in a name as \n.
    expect(parse('Name:\tVmSize: 1 kB\\nVmSize: 2 kB\nVmSize:\t     512 kB\n')).toEqual({ virtualBytes: 512 * KIB });
  });

  it('is malformed where a value is no number that a kernel writes', () => {
    for (const value of ['', '-1 kB', 'kB', '9'.repeat(307), '9'.repeat(400)]) {
      expect(parse(`VmSize:\t${value}\n`), value).toBeUndefined();
    }
  });

  it('keeps the largest numbers finite', () => {
    expectCounts(parse('VmSize:\t18446744073709551615 kB\n'));
    expect(parse('VmSize:\t18446744073709551615 kB\n')).toBeDefined();
  });

  it('survives anything', () => {
    expectToSurvive(parseStatus, fixtures('{proc,hosts/*/proc}/*/status'));
  });
});
