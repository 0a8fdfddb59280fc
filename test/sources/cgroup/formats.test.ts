import { describe, expect, it } from 'vitest';
import { keyedParser, parseLimit, parseNumberLines, parseSingleValue } from '../../../src/sources/cgroup/formats.ts';
import { expectToSurvive } from '../corruption.ts';
import { fixtures } from '../fixtures.ts';

const bytes = (text: string) => Buffer.from(text);

describe('a file with one number', () => {
  it('is that number', () => {
    expect(parseSingleValue(bytes('475136\n'))).toBe(475_136);
    expect(parseSingleValue(bytes('0\n'))).toBe(0);
  });

  it('is malformed with anything else in it', () => {
    for (const text of ['', '\n', '-1\n', '1', '1 2\n', '1\n2\n', 'max\n', ' 1\n']) {
      expect(parseSingleValue(bytes(text)), JSON.stringify(text)).toBeUndefined();
    }
  });
});

describe('a limit', () => {
  it('is a number', () => {
    expect(parseLimit(bytes('67108864\n'))).toBe(67_108_864);
  });

  it.each([
    ['v2', 'max\n'],
    ['v1 with pages of 4 KiB', '9223372036854771712\n'],
    ['v1 with pages of 64 KiB', '9223372036854710272\n'],
    ['v1 of a kernel before 3.19', '9223372036854775807\n'],
    ['v1 of the CPU controller', '-1\n'],
  ])('is none where %s writes that there is none', (_what, text) => {
    expect(parseLimit(bytes(text))).toBe('none');
  });

  it('is malformed where it is neither', () => {
    for (const text of ['', 'maximum\n', 'none\n', '12 34\n']) {
      expect(parseLimit(bytes(text)), JSON.stringify(text)).toBeUndefined();
    }
  });
});

const parseSome = keyedParser({ a: 'a', b: 'second', c: 'c', d: 'd', e: 'e', f: 'f', longer: 'longer' });

describe('a flat keyed file', () => {
  it('is read by key, whatever the order and whichever keys a kernel adds', () => {
    expect(parseSome(bytes('b 2\na 1\nnew_key 3\nlonger 4\n'))).toEqual({ a: 1, second: 2, longer: 4 });
  });

  it('leaves out lines that are no pair of a key and a number', () => {
    expect(parseSome(bytes('a\n b 2\nc -3\nd x\n\ne 5\nf 6'))).toEqual({ e: 5 });
  });
});

describe('a list of numbers', () => {
  it('has one a line', () => {
    expect(parseNumberLines(bytes('4379\n4424\n'))).toEqual([4379, 4424]);
    expect(parseNumberLines(bytes(''))).toEqual([]);
    expect(parseNumberLines(bytes('0\n0\n7\n'))).toEqual([0, 0, 7]);
  });

  it('is malformed where a line is no number', () => {
    for (const text of ['x\n', '1\n\n2\n', '-1\n', '1\nx\n']) expect(parseNumberLines(bytes(text))).toBeUndefined();
  });
});

it.each([
  ['a file with one number', parseSingleValue, '{memory.current,memory.usage_in_bytes,pids.current}'],
  ['a limit', parseLimit, '{memory.max,memory.limit_in_bytes,pids.max,cpu.cfs_quota_us}'],
  ['a flat keyed file', parseSome, '{memory.stat,cpu.stat,memory.events}'],
  ['a list of numbers', parseNumberLines, 'cgroup.procs'],
])('%s survives anything', (_what, parse, files) => {
  expectToSurvive(parse, fixtures(`hosts/*/sys/fs/cgroup/**/${files}`));
});
