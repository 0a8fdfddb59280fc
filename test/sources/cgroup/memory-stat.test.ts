import { describe, expect, it } from 'vitest';
import { parseMemoryStatV1, parseMemoryStatV2 } from '../../../src/sources/cgroup/memory-stat.ts';
import { expectToSurvive } from '../corruption.ts';
import { fixtures } from '../fixtures.ts';

describe('memory.stat of v1', () => {
  const parse = (text: string) => parseMemoryStatV1(Buffer.from(text));

  it('counts what is below the cgroup, too: the keys with total_', () => {
    const own = 'cache 1\nrss 2\ninactive_file 3\nswap 4\npgfault 5\npgmajfault 6\n';
    const total =
      'total_cache 10\ntotal_rss 20\ntotal_inactive_file 30\ntotal_swap 40\ntotal_pgfault 50\ntotal_pgmajfault 60\n';
    expect(parse(own + total)).toEqual({
      anonBytes: 20,
      fileBytes: 10,
      inactiveFileBytes: 30,
      swapBytes: 40,
      faults: 50,
      majorFaults: 60,
    });
    expect(parse(own)).toBeUndefined();
  });

  it('has no swap where the kernel does not account for it', () => {
    expect(parse('total_cache 10\ntotal_rss 20\n')).toEqual({ anonBytes: 20, fileBytes: 10 });
  });

  it('survives anything', () => {
    expectToSurvive(parseMemoryStatV1, fixtures('hosts/v1-docker/sys/fs/cgroup/**/memory.stat'));
  });
});

describe('memory.stat of v2', () => {
  const parse = (text: string) => parseMemoryStatV2(Buffer.from(text));

  it('has no swap of its own and is read by key', () => {
    expect(parse('pgmajfault 6\nzswap 9\nanon 20\nfile 10\ninactive_file 30\npgfault 50\ntotal_rss 1\n')).toEqual({
      anonBytes: 20,
      fileBytes: 10,
      inactiveFileBytes: 30,
      faults: 50,
      majorFaults: 6,
    });
  });

  it('is malformed with nothing that is known', () => {
    for (const text of ['', 'garbage\n', 'anon x\n']) expect(parse(text)).toBeUndefined();
  });

  it('survives anything', () => {
    expectToSurvive(parseMemoryStatV2, fixtures('hosts/v2-docker/sys/fs/cgroup/**/memory.stat'));
  });
});
